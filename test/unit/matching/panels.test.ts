import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Raster } from '#shared/imaging/raster.ts';
import { findPanels } from '#shared/matching/geometry/panels.ts';
import { PHOTOGRAPHS } from '../../fixtures/photographs.ts';
import { rasterOf, sizedPhotograph } from '../../fixtures/rasters.ts';

/** A collage of four photographs, with `gap` white pixels between them. */
async function collage(gap: number): Promise<Raster> {
  const [width, height] = [240, 180];
  const places = [0, 1, 2, 3].map(async (index) => ({
    input: await sizedPhotograph(index, width, height),
    left: (index % 2) * (width + gap),
    top: Math.floor(index / 2) * (height + gap),
  }));
  const create = {
    width: 2 * width + gap,
    height: 2 * height + gap,
    channels: 3,
    background: '#fff',
  } as const;
  return rasterOf(
    await sharp({ create })
      .composite(await Promise.all(places))
      .png()
      .toBuffer(),
  );
}

describe('findPanels', () => {
  test.each([0, 8])('finds the four photographs of a collage with %d pixels between them', async (gap) => {
    const panels = await collage(gap).then(findPanels);
    expect(panels).toHaveLength(4);
    for (const { width, height } of panels) {
      expect(Math.abs(width - 0.5)).toBeLessThan(0.03);
      expect(Math.abs(height - 0.5)).toBeLessThan(0.03);
    }
    // All but the gutters.
    expect(panels.reduce((sum, { width, height }) => sum + width * height, 0)).toBeGreaterThan(0.95);
  });

  test.each(PHOTOGRAPHS.map((_, index) => index))('finds none in photograph %d', async (index) => {
    expect(findPanels(await rasterOf(await sizedPhotograph(index, 512, 380)))).toEqual([]);
  });
});
