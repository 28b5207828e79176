/** The side of the grey image that is hashed, in pixels. */
export const HASH_SIDE = 32;
/** Lowest frequencies in each direction that make up the hash. */
const FREQUENCIES = 8;

/** cos((2x + 1) u π / 2N) for the frequencies u = 1..8; 0 is the mean brightness and is left out. */
const COSINES = Array.from({ length: FREQUENCIES }, (_, index) =>
  Float64Array.from({ length: HASH_SIDE }, (_, x) =>
    Math.cos(((2 * x + 1) * (index + 1) * Math.PI) / (2 * HASH_SIDE)),
  ),
);

/**
 * Returns the 64-bit perceptual hash after Zauner's "Implementation and Benchmarking of Perceptual Image Hash Functions"
 * (2010): the sign against the median of the 8 × 8 lowest frequencies of a 2-D DCT-II.
 * @param grey 32 × 32 luminances, row by row
 * @returns 16 hex digits; the Hamming distance between two is 0 for the same image, about 32 for unrelated ones
 */
export function dctHash(grey: Uint8Array): string {
  const frequencies = COSINES.flatMap((vertical) =>
    COSINES.map((horizontal) => {
      let sum = 0;
      for (let y = 0; y < HASH_SIDE; y++) {
        let row = 0;
        for (let x = 0; x < HASH_SIDE; x++) row += (grey[y * HASH_SIDE + x] ?? 0) * (horizontal[x] ?? 0);
        sum += row * (vertical[y] ?? 0);
      }
      return sum;
    }),
  );
  const sorted = frequencies.toSorted((a, b) => a - b);
  const median = ((sorted[31] ?? 0) + (sorted[32] ?? 0)) / 2;
  const bits = frequencies.map((frequency) => (frequency > median ? '1' : '0')).join('');
  return BigInt(`0b${bits}`).toString(16).padStart(16, '0');
}
