import { WORKER_INSTANCES } from '#shared/usage/prices.ts';
import { table, whole } from '../cost/markdown.ts';
import type { PipelineOutcome } from './pipeline.ts';
import type { SearchOutcome } from './searches.ts';

/** Images that may wait at most, and the share that is to be fresh: docs/operate/slo.md. */
const DEPTH = 1_000;
const FRESH = 0.99;

/** Renders what became of each scenario as a Markdown table. */
export function pipelineTable(outcomes: readonly (readonly [name: string, PipelineOutcome])[]): string {
  const titles = [
    'scenario',
    'waiting at most: validation, embedding, indexing, duplicates',
    'seconds to the index, p50 / p95 / p99',
    'within 5 minutes',
    'slowest and quickest tenant, p95',
    'tasks at most',
    'hours of tasks',
    'of GPUs',
    'concurrency',
    'target',
  ];
  return table(
    titles,
    outcomes.map(([name, outcome]) => [name, ...cellsOf(outcome)]),
  );
}

function cellsOf({ depth, freshness, freshnessOf, tasks, concurrency }: PipelineOutcome): string[] {
  const p95s = Object.values(freshnessOf).map(({ p95 }) => p95);
  const { p50, p95, p99, fresh } = freshness;
  const usd = tasks.hours * (WORKER_INSTANCES['g5.xlarge'] ?? Number.NaN);
  return [
    [depth.validation, depth.embedding, depth.indexing, depth.duplicates].map(whole).join(', '),
    [p50, p95, p99].map(whole).join(' / '),
    `${(fresh * 100).toFixed(1)} %`,
    `${whole(Math.max(...p95s))}, ${whole(Math.min(...p95s))}`,
    String(tasks.most),
    tasks.hours.toFixed(1),
    `$${usd.toFixed(2)}`,
    String(concurrency),
    targetOf(depth.embedding, fresh),
  ];
}

/** Names the targets that were missed. */
function targetOf(depth: number, fresh: number): string {
  const missed = [...(depth > DEPTH ? ['depth'] : []), ...(fresh < FRESH ? ['freshness'] : [])];
  return missed.length > 0 ? `missed: ${missed.join(', ')}` : 'met';
}

/** Renders what searches need. */
export function searchTable(outcomes: readonly SearchOutcome[]): string {
  return table(
    ['searches a second', 'concurrent: mean', '99.9 %', 'reserved', 'throttled', 'authorizers', 'target'],
    outcomes.map((outcome) => [
      String(outcome.perSecond),
      whole(outcome.meanConcurrency),
      whole(outcome.p999Concurrency),
      String(outcome.reserved),
      `${(outcome.throttled * 100).toFixed(2)} %`,
      whole(outcome.authorizers),
      outcome.throttled > 0.001 ? 'missed' : 'met',
    ]),
  );
}
