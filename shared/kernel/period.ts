/** A calendar month in UTC: `2026-11`. */
export const PERIOD_PATTERN = /^20\d\d-(0[1-9]|1[0-2])$/;
export const periodOf = (time: Date): string => periodAt(time.toISOString());
/** Returns the month of a time as in RFC 3339, UTC. */
export const periodAt = (time: string): string => time.slice(0, 7);

/** Returns the start of the period and the start of the next one, RFC 3339. */
export function boundsOf(period: string): { starts_at: string; ends_at: string } {
  const start = new Date(`${period}-01T00:00:00.000Z`);
  const end = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1));
  return { starts_at: start.toISOString(), ends_at: end.toISOString() };
}
