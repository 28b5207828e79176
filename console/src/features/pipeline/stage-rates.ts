/** Pictures by status, at a time. */
export interface Sample {
  /** ms */
  at: number;
  byStatus: Readonly<Record<string, number | undefined>>;
}

/** The stages of the pipeline, with the status of what waits for each. */
export const STAGES = [
  { stage: 'validation', waits: 'uploaded', what: 'The file is read, checked and hashed.' },
  { stage: 'embedding', waits: 'validated', what: 'A model turns the picture into a vector.' },
  { stage: 'indexing', waits: 'processed', what: 'The vector becomes searchable.' },
  { stage: 'duplicates', waits: undefined, what: 'It is compared with what is there, beside searches.' },
] as const;
export type Stage = (typeof STAGES)[number]['stage'];

const ORDER = ['uploaded', 'validated', 'processed', 'indexed'];

/**
 * Returns how many pictures a second passed a stage, between the first and the last sample; undefined for a stage that has
 * no status of its own, and until two samples differ in time. What fails or is deleted meanwhile is not counted.
 */
export function rateOf(stage: Stage, samples: readonly Sample[]): number | undefined {
  const waits = STAGES.find((each) => each.stage === stage)?.waits;
  const [first, last] = [samples[0], samples.at(-1)];
  if (!waits || !first || !last || last.at === first.at) return undefined;
  const behind = ORDER.slice(ORDER.indexOf(waits) + 1);
  const passed = ({ byStatus }: Sample) => behind.reduce((sum, status) => sum + (byStatus[status] ?? 0), 0);
  return Math.max(0, ((passed(last) - passed(first)) * 1000) / (last.at - first.at));
}
