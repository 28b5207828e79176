/**
 * Converts samples of floating point to bytes by their own range: 0 to 1, or as far beyond as they reach. NaN is 0.
 * Writes grey as three channels.
 * @param channels of `samples`: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA
 */
export function bytesOfFloats(samples: Float32Array, channels: number): Uint8Array {
  const colours = channels < 3 ? 1 : 3;
  let [low, high] = [0, 1];
  for (let at = 0; at < samples.length; at++) {
    const value = samples[at] ?? 0;
    if (at % channels >= colours || !Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const scale = 255 / (high - low);
  const pixels = samples.length / channels;
  const bytes = new Uint8ClampedArray(3 * pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      const value = samples[pixel * channels + (colours === 1 ? 0 : channel)] ?? 0;
      bytes[3 * pixel + channel] = (value - low) * scale;
    }
  }
  return new Uint8Array(bytes.buffer);
}
