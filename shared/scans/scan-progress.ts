import type { Scan } from '#shared/jobs/job.ts';
import type { Counts } from './catalogue.ts';

/** Reasons of skips that are found where objects are read. */
const LATE_SKIPS = ['deleted', 'vanished'] as const;

/** Seconds over which the rate is measured. */
const PACE_SECONDS = 20;

export const sum = (counts: Counts): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/** Adds counts by name; those of 0 are left out. */
export function added(one: Counts, more: Counts): Record<string, number> {
  const sums: Record<string, number> = { ...one };
  for (const [name, count] of Object.entries(more)) if (count !== 0) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

/** Returns the objects of a scan whose end is known, of those that it queued. */
export const endedOf = (ended: Counts): number => sum(ended);

/**
 * Returns the fields of a job that say how far it is.
 * @param listed counts of the listing: listed, new, changed, same, queued, bytes, list_calls, get_calls, …
 * @param ended counts of what became of the queued objects: indexed, failed, deleted, vanished
 */
export function progressOf(
  job: Scan,
  listed: Counts,
  skippedListed: Counts,
  ended: Counts,
  now: Date,
): Pick<Scan, 'progress' | 'skipped' | 'pace'> {
  const late = Object.fromEntries(LATE_SKIPS.flatMap((name) => (ended[name] ? [[name, ended[name]]] : [])));
  const skipped = { ...withoutLate(skippedListed), ...late };
  const done = (listed.listed ?? 0) - (listed.queued ?? 0) + endedOf(ended);
  const pace = paceOf(job, done, now);
  const isListed = job.step !== 'begin' && job.step !== 'list';
  const total = isListed ? (listed.listed ?? 0) : Math.max(job.expected ?? 0, listed.listed ?? 0);
  const known = isListed || job.expected !== undefined;
  const rate = pace.rate;
  return {
    skipped,
    pace,
    progress: {
      ...withoutEstimates(listed),
      skipped: sum(skipped),
      indexed: ended.indexed ?? 0,
      failed: ended.failed ?? 0,
      ...(known && { total, percent: total === 0 ? 100 : Math.min(100, Math.floor((100 * done) / total)) }),
      ...(known && !isListed && { total_estimated: 1 }),
      ...(rate !== undefined && { rate_per_s: rate }),
      ...(known && rate !== undefined && rate > 0 && { eta_s: Math.ceil((total - done) / rate) }),
    },
  };
}

const ESTIMATES = ['total', 'percent', 'total_estimated', 'rate_per_s', 'eta_s'];
const withoutEstimates = (counts: Counts): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).filter(([name]) => !ESTIMATES.includes(name)));
const withoutLate = (counts: Counts): Record<string, number> =>
  Object.fromEntries(
    Object.entries(counts).filter(([name]) => !(LATE_SKIPS as readonly string[]).includes(name)),
  );

function paceOf({ pace, started_at }: Scan, done: number, now: Date): NonNullable<Scan['pace']> {
  const from = pace ?? { at: started_at, ended: 0 };
  const seconds = (now.getTime() - Date.parse(from.at)) / 1000;
  if (seconds < PACE_SECONDS && pace) return pace;
  if (seconds < 1) return from;
  const rate = Math.round((10 * Math.max(0, done - from.ended)) / seconds) / 10;
  return { at: now.toISOString(), ended: done, rate };
}
