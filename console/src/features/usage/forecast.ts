/** Returns the count at the end of a period if it goes on as it did. */
export function forecast(
  count: number,
  { starts_at, ends_at }: { starts_at: string; ends_at: string },
  now: number,
): number {
  const start = Date.parse(starts_at);
  const end = Date.parse(ends_at);
  const elapsed = Math.min(now, end) - start;
  return elapsed > 0 ? Math.round((count * (end - start)) / elapsed) : count;
}
