import sharp from 'sharp';
import type { Turn } from '#shared/domain/alignment.ts';
import type { ModelInput } from '#shared/embedding/embedder.ts';
import type { ModelInputRule } from '#shared/embedding/manifest.ts';
import type { Raster } from './imaging.ts';

const DEGREES = { upright: 0, mirrored: 0, turned90: 90, turned180: 180, turned270: 270 } as const;

/** Turns (clockwise), resizes and lays out a picture as the model's manifest says. */
export async function layOut(picture: Raster, rule: ModelInputRule, turn: Turn): Promise<ModelInput> {
  const pixels = await sharp(picture.data, {
    raw: { width: picture.width, height: picture.height, channels: 3 },
  })
    .rotate(DEGREES[turn])
    .flop(turn === 'mirrored')
    .resize(rule.width, rule.height, {
      fit: rule.resize.fit,
      kernel: rule.resize.kernel,
      background: rule.resize.background,
    })
    .removeAlpha()
    .raw()
    .toBuffer();
  const values = rule.dtype === 'uint8' ? pixels : normalised(pixels, rule.normalisation);
  return rule.layout === 'NHWC' ? values : planes(values);
}

/** Where the graph normalises, it is fed 0..255; else `(x / 255 - mean) / std` per channel. */
function normalised(pixels: Uint8Array, normalisation: ModelInputRule['normalisation']): Float32Array {
  if (typeof normalisation === 'string') return Float32Array.from(pixels);
  const { mean, std } = normalisation;
  // Three tables of 256 instead of a division a pixel.
  const tables = mean.map((centre, channel) =>
    Float32Array.from({ length: 256 }, (_, value) => (value / 255 - centre) / (std[channel] ?? 1)),
  );
  return Float32Array.from(pixels, (value, index) => tables[index % 3]?.[value] ?? 0);
}

/** RGBRGB… to R…G…B… */
function planes(values: ModelInput): ModelInput {
  const result =
    values instanceof Float32Array ? new Float32Array(values.length) : new Uint8Array(values.length);
  const plane = values.length / 3;
  for (const [index, value] of values.entries()) result[(index % 3) * plane + Math.floor(index / 3)] = value;
  return result;
}
