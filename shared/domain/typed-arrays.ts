// Elements whose index is known to be inside. One function for each kind of array: a compiler makes a function fast for
// what it is called with, and one that reads all kinds is about half as fast.

export const byteAt = (values: Uint8Array, index: number): number => values[index] as number;
export const floatAt = (values: Float32Array, index: number): number => values[index] as number;
export const doubleAt = (values: Float64Array, index: number): number => values[index] as number;
