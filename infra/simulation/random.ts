/** Returns a deterministic source of numbers in [0, 1): Marsaglia's xorshift32. @param seed not 0 */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
