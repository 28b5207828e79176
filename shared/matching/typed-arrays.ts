// Reads elements whose index is known to be in range. One function for each type of array: V8 specialises a function for its
// argument types, and one function for all types is about half as fast.

export const byteAt = (values: Uint8Array, index: number): number => values[index] as number;
export const intAt = (values: Int32Array, index: number): number => values[index] as number;
export const floatAt = (values: Float32Array, index: number): number => values[index] as number;
export const doubleAt = (values: Float64Array, index: number): number => values[index] as number;

/** Returns the inner product of `length` values; in four partial sums, which the processor adds in parallel. */
export function dot(one: Float64Array, from: number, other: Float64Array, otherFrom: number, length: number) {
  let [a, b, c, d] = [0, 0, 0, 0];
  const fours = length - (length % 4);
  for (let at = 0, p = from, q = otherFrom; at < fours; at += 4, p += 4, q += 4) {
    a += doubleAt(one, p) * doubleAt(other, q);
    b += doubleAt(one, p + 1) * doubleAt(other, q + 1);
    c += doubleAt(one, p + 2) * doubleAt(other, q + 2);
    d += doubleAt(one, p + 3) * doubleAt(other, q + 3);
  }
  for (let at = fours; at < length; at++) a += doubleAt(one, from + at) * doubleAt(other, otherFrom + at);
  return a + b + c + d;
}

/** Adds the numbers to the values from `from` on. */
export function add(values: Float64Array, from: number, numbers: readonly number[]): void {
  for (let at = 0; at < numbers.length; at++)
    values[from + at] = doubleAt(values, from + at) + (numbers[at] ?? 0);
}
