import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { loadManifest } from '#shared/embedding/load-manifest.ts';
import type { ModelInputRule } from '#shared/embedding/manifest.ts';
import type { Raster } from '#shared/imaging/raster.ts';
import { decodeImage } from '#shared/imaging/sharp-decode.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { photograph } from '../../fixtures/photographs.ts';

const imaging = sharpImaging();
const photo = photograph('airplane-from-above');
const image = await imaging.modelImage((await decodeImage(photo)).raster);
const rule: ModelInputRule = {
  name: 'image',
  dtype: 'uint8',
  layout: 'NHWC',
  width: 224,
  height: 224,
  colour: 'srgb',
  normalisation: 'none (in the graph)',
  resize: { fit: 'fill', kernel: 'lanczos3', background: '#ffffff', orient: true },
};
/** Four pixels: red, green / blue, white. */
const quad: Raster = {
  width: 2,
  height: 2,
  data: Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]),
};
const tiny: ModelInputRule = { ...rule, width: 2, height: 2, resize: { ...rule.resize, kernel: 'nearest' } };
const [R, G, B, W] = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
] as const;

describe('the model image', () => {
  it('fits into 512 × 512 and is not enlarged', async () => {
    expect(image).toMatchObject({ width: 512, height: 359 });
    expect(await imaging.modelImage(quad)).toMatchObject({ width: 2, height: 2 });
  });

  it('has the same pixels after encoding and decoding', async () => {
    const stored = await imaging.encodeModelImage(image);
    expect(await sharp(stored).metadata()).toMatchObject({ format: 'png', width: 512 });
    expect(imaging.pixelHash(await imaging.decodeModelImage(stored))).toBe(imaging.pixelHash(image));
    await expect(imaging.decodeModelImage(stored.subarray(0, 900))).rejects.toMatchObject({
      code: 'unreadable_image',
    });
  });

  it('gives nearly the same model input as the original file', async () => {
    const input = await imaging.modelInput(image, rule);
    const direct = await sharp(photo)
      .rotate()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .resize(224, 224, { fit: 'fill', kernel: 'lanczos3', fastShrinkOnLoad: false })
      .removeAlpha()
      .raw()
      .toBuffer();
    expect(input).toHaveLength(direct.length);
    const total = direct.reduce((sum, value, at) => sum + Math.abs(value - (input[at] ?? 0)), 0);
    expect(total / direct.length).toBeLessThan(1.5);
  });
});

describe('the model input', () => {
  it('has the pixels in their order', async () => {
    expect([...(await imaging.modelInput(quad, tiny))]).toEqual([R, G, B, W].flat());
  });

  it('is normalised and in planes where the manifest says so', async () => {
    const normalisation = {
      mean: [0.5, 0.4, 0.3],
      std: [0.5, 0.2, 0.1],
    } satisfies ModelInputRule['normalisation'];
    const input = await imaging.modelInput(quad, {
      ...tiny,
      dtype: 'float32',
      layout: 'NCHW',
      normalisation,
    });
    const expected = [1, -1, -1, 1, -2, 3, -2, 3, -3, -3, 7, 7];
    expect(input).toBeInstanceOf(Float32Array);
    for (const [at, value] of expected.entries()) expect(input[at]).toBeCloseTo(value, 5);
    const planes = await imaging.modelInput(quad, { ...tiny, layout: 'NCHW' });
    expect([...planes]).toEqual([255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255]);
    const raw = await imaging.modelInput(quad, { ...tiny, dtype: 'float32' });
    expect([...raw]).toEqual([R, G, B, W].flat());
  });

  it('of efficientnet-lite1 has (value - 127) / 128 in planes, as its network was trained', async () => {
    const { input } = await loadManifest('models', 'efficientnet-lite1');
    const values = await imaging.modelInput(image, input);
    const raw = { width: image.width, height: image.height, channels: 3 } as const;
    const resized = sharp(image.data, { raw }).resize(240, 240, { fit: 'fill', kernel: 'cubic' });
    const pixels = await resized.raw().toBuffer();
    expect(values).toHaveLength(pixels.length);
    const plane = 240 * 240;
    const off = [...pixels].map((byte, at) =>
      Math.abs((byte - 127) / 128 - (values[(at % 3) * plane + Math.floor(at / 3)] ?? Number.NaN)),
    );
    expect(off.reduce((most, value) => Math.max(most, value), 0)).toBeLessThan(1e-6);
  });

  it('is fitted as the manifest says', async () => {
    const wide: Raster = { width: 4, height: 2, data: new Uint8Array(24).fill(9) };
    const fitted = async (fit: 'fill' | 'cover' | 'contain') => {
      const resize = { ...tiny.resize, fit, background: '#ff8000' };
      return [...(await imaging.modelInput(wide, { ...tiny, width: 4, height: 4, resize }))];
    };
    expect(await fitted('fill')).toEqual(new Array(48).fill(9));
    expect(await fitted('cover')).toEqual(new Array(48).fill(9));
    const contained = await fitted('contain');
    expect(contained.slice(0, 3)).toEqual([255, 128, 0]);
    expect(contained.slice(12, 36)).toEqual(new Array(24).fill(9));
  });
});
