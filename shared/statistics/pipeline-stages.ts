import { type Counters, INDEXED, UNDETECTABLE, UNDETECTED } from './statistics.ts';

/**
 * The stages of the pipeline in order: the name on the wire, the counter of the images that wait for it, and the name under
 * which those that passed it are counted.
 */
export const PIPELINE_STAGES = [
  { name: 'validate', waits: 'status#uploaded', passed: 'validated' },
  { name: 'embed', waits: 'status#validated', passed: 'processed' },
  { name: 'index', waits: 'status#processed', passed: 'indexed' },
  { name: 'detect', waits: UNDETECTED, passed: 'detected' },
] as const;

/** The position of `detect`, the last stage. */
const LAST = PIPELINE_STAGES.length - 1;

/**
 * Returns the stages that an image has passed between two of its contributions, each as 1. One that was skipped, because the
 * image has moved on meanwhile, is among them.
 */
export function passedBetween(before: Counters | undefined, after: Counters | undefined): Counters {
  const to = stagesPassed(after);
  // A failed image goes back to the stage that is retried.
  const from = before?.['status#failed'] ? Math.min(to, LAST - 1) : stagesPassed(before);
  return Object.fromEntries(PIPELINE_STAGES.slice(from, Math.max(from, to)).map(({ passed }) => [passed, 1]));
}

/** Returns how many stages an image with this contribution has passed. */
function stagesPassed(counters: Counters = {}): number {
  if (counters[INDEXED]) return counters[UNDETECTED] || counters[UNDETECTABLE] ? LAST : LAST + 1;
  const waitsFor = PIPELINE_STAGES.findIndex(({ waits }) => counters[waits]);
  return Math.max(0, waitsFor);
}
