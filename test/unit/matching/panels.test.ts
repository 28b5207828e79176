import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Raster } from '#shared/imaging/raster.ts';
import { findPanels } from '#shared/matching/geometry/panels.ts';
import { PHOTOGRAPHS } from '../../fixtures/photographs.ts';
import { rasterOf, sizedPhotograph } from '../../fixtures/rasters.ts';

const [WIDTH, HEIGHT] = [240, 180];
const fourPhotographs = (): Promise<Buffer[]> =>
  Promise.all([0, 1, 2, 3].map((index) => sizedPhotograph(index, WIDTH, HEIGHT)));

/** A collage of four images, with `gap` white pixels between them. */
async function collage(gap: number, images: readonly Buffer[]): Promise<Raster> {
  const [width, height] = [WIDTH, HEIGHT];
  const places = images.map((input, index) => ({
    input,
    left: (index % 2) * (width + gap),
    top: Math.floor(index / 2) * (height + gap),
  }));
  const create = {
    width: 2 * width + gap,
    height: 2 * height + gap,
    channels: 3,
    background: '#fff',
  } as const;
  return rasterOf(await sharp({ create }).composite(places).png().toBuffer());
}

/** Draws a rectangle over an image, in its pixels. */
const painted = (
  image: Buffer,
  left: number,
  top: number,
  width: number,
  height: number,
  background: string,
) =>
  sharp(image)
    .composite([{ input: { create: { width, height, channels: 3, background } }, left, top }])
    .png()
    .toBuffer();

describe('findPanels', () => {
  test.each([0, 8])('finds the four photographs of a collage with %d pixels between them', async (gap) => {
    const panels = findPanels(await collage(gap, await fourPhotographs()));
    expect(panels).toHaveLength(4);
    for (const { width, height } of panels) {
      expect(Math.abs(width - 0.5)).toBeLessThan(0.03);
      expect(Math.abs(height - 0.5)).toBeLessThan(0.03);
    }
    // All but the gutters.
    expect(panels.reduce((sum, { width, height }) => sum + width * height, 0)).toBeGreaterThan(0.95);
  });

  test('finds them where photographs are white at a gutter', async () => {
    const [first, second, third, fourth] = await fourPhotographs();
    if (!first || !second || !third || !fourth) throw new RangeError('There are four photographs.');
    // Beside both gutters, a third of the lines is as white as they are.
    const images = [
      await painted(first, WIDTH / 2, 0, WIDTH / 2, HEIGHT, '#fff'),
      second,
      third,
      await painted(fourth, 0, 0, WIDTH, HEIGHT / 3, '#fff'),
    ];
    expect(findPanels(await collage(8, images))).toHaveLength(4);
  });

  test('does not cut a photograph with a shelf once more', async () => {
    const [first, ...others] = await fourPhotographs();
    if (!first) throw new RangeError('There are four photographs.');
    // From side to side, and darker than all around it.
    const shelf = await painted(first, 0, HEIGHT / 2, WIDTH, HEIGHT / 2, '#200');
    expect(findPanels(await collage(8, [shelf, ...others]))).toHaveLength(4);
  });

  test.each(PHOTOGRAPHS.map((_, index) => index))('finds none in photograph %d', async (index) => {
    expect(findPanels(await rasterOf(await sizedPhotograph(index, 512, 380)))).toEqual([]);
  });
});
