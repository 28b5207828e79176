/** The int8 value of 1: a unit vector's components are within ±1. */
const INT8_SCALE = 127;

/** Scales each run of `dimension` values to unit length, in place. A run of zeros is unchanged. */
export function normaliseRows(values: Float32Array, dimension: number): Float32Array {
  for (let start = 0; start < values.length; start += dimension) {
    const row = values.subarray(start, start + dimension);
    const length = Math.hypot(...row);
    if (length > 0) for (let i = 0; i < row.length; i++) row[i] = (row[i] ?? 0) / length;
  }
  return values;
}

/** Returns `round(127 x)`, clamped to ±127. A plain loop: `Int8Array.from` with a mapper takes twenty times as long. */
export function quantise(values: Float32Array): Int8Array {
  const result = new Int8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const level = Math.round(INT8_SCALE * (values[i] ?? 0));
    result[i] = Math.max(-INT8_SCALE, Math.min(INT8_SCALE, level));
  }
  return result;
}
