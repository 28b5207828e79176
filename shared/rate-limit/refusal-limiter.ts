import { Problem } from '#shared/kernel/problems.ts';

/** Refused calls per minute of one source address that a process answers with the reason. */
const PER_MINUTE = 30;
const MINUTE_MS = 60_000;
/** Addresses that are counted separately within a minute; all others share one count. */
const MAX_SOURCES = 10_000;
const OTHERS = 'others';

/** Counts a refused call of a caller that no tenant's limits cover. @throws Problem `rate_limited` */
export type RefusalLimiter = (source: string) => void;

/** Counts refused calls by source address in this process: a flood of them must cost neither a read nor a write. */
export function refusalLimiter(now: () => number = Date.now): RefusalLimiter {
  const bySource = new Map<string, number>();
  let minute = 0;
  return (address) => {
    const time = now();
    const current = Math.floor(time / MINUTE_MS);
    if (current !== minute) bySource.clear();
    minute = current;
    const source = bySource.has(address) || bySource.size < MAX_SOURCES ? address : OTHERS;
    const refused = (bySource.get(source) ?? 0) + 1;
    bySource.set(source, refused);
    if (refused > PER_MINUTE)
      throw new Problem(
        'rate_limited',
        `More than ${PER_MINUTE} calls from your address were refused within a minute. Send a valid credential.`,
        { retryAfter: Math.ceil(((current + 1) * MINUTE_MS - time) / 1000) },
      );
  };
}
