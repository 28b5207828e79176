/** Something that the reader can put right, or should know as it is; shown without a stack. */
export class PlainError extends Error {
  override readonly name = 'PlainError';
}

/** Says what is being done, does it, says how long it took. */
export async function step<Result>(title: string, work: () => Promise<Result>): Promise<Result> {
  const started = Date.now();
  console.log(`… ${title}`);
  const result = await work();
  console.log(`✓ ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  return result;
}

/** Asks again and again until there is an answer. @throws PlainError after `limitMs`, saying what was waited for */
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

/** Whether an address answers with a 2xx. */
export const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
