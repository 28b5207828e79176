/** An error for the user, shown without a stack. */
export class PlainError extends Error {
  override readonly name = 'PlainError';
}

/** Runs a step, and prints its title and duration. */
export async function step<Result>(title: string, work: () => Promise<Result>): Promise<Result> {
  const started = Date.now();
  console.log(`… ${title}`);
  const result = await work();
  console.log(`✓ ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  return result;
}

/** Polls until there is a result. @throws PlainError after `limitMs`, naming `what` */
export async function until<Found>(
  what: string,
  limitMs: number,
  look: () => Promise<Found | undefined>,
): Promise<Found> {
  for (const end = Date.now() + limitMs; Date.now() < end; ) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new PlainError(`${what}: not within ${limitMs / 1000} s.`);
}

/** Returns true if an address responds with 2xx. */
export const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
