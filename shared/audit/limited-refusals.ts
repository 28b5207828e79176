import type { AuditLog } from './audit-log.ts';

interface Limits {
  /** Refusals written per minute and process; half of them per source address, so that none hides the others. */
  perMinute: number;
  /** Receives the number of dropped refusals: at the first one of a minute, and the rest once the next minute began. */
  report: (dropped: number) => void;
  /** Milliseconds. */
  now?: () => number;
}

/** Writes only some of the refusals of each minute, so that a flood of calls is not one of writes. Changes are always written. */
export function limitedRefusals(log: AuditLog, { perMinute, report, now = Date.now }: Limits): AuditLog {
  const perSource = Math.ceil(perMinute / 2);
  const bySource = new Map<string, number>();
  let minute = 0;
  let written = 0;
  let dropped = 0;

  function beginMinute(current: number): void {
    if (current === minute) return;
    if (dropped > 1) report(dropped - 1);
    minute = current;
    written = 0;
    dropped = 0;
    bySource.clear();
  }

  /** Returns false if the refusal is one too many. */
  function admit(source: string): boolean {
    beginMinute(Math.floor(now() / 60_000));
    const ofSource = bySource.get(source) ?? 0;
    if (written >= perMinute || ofSource >= perSource) {
      dropped += 1;
      if (dropped === 1) report(1);
      return false;
    }
    written += 1;
    bySource.set(source, ofSource + 1);
    return true;
  }

  return {
    async append(entry) {
      if (entry.outcome === 'refused' && !admit(entry.source_ip)) return;
      await log.append(entry);
    },
    list: (query) => log.list(query),
  };
}
