import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findEmbeddedImage } from '#shared/matching/geometry/embedded-image.ts';
import { randomOf } from '../../eval/random.ts';

const [WIDTH, HEIGHT] = [512, 288];

/** A page of one colour, with noise where `isShown`. */
function page(isShown: (x: number, y: number) => boolean, colour = 240) {
  const random = randomOf('noise');
  const data = new Uint8Array(3 * WIDTH * HEIGHT).fill(colour);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++)
      if (isShown(x, y))
        for (let channel = 0; channel < 3; channel++)
          data[3 * (y * WIDTH + x) + channel] = Math.floor(200 * random());
  return { width: WIDTH, height: HEIGHT, data };
}

describe('findEmbeddedImage', () => {
  test('finds the image on a page to within a block', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 130 }),
        fc.integer({ min: 110, max: 210 }),
        fc.integer({ min: 90, max: 150 }),
        (left, top, width, height) => {
          const region = findEmbeddedImage(
            page((x, y) => x >= left && x < left + width && y >= top && y < top + height),
          );
          expect(Math.abs((region?.x ?? -1) * WIDTH - left)).toBeLessThanOrEqual(8);
          expect(Math.abs((region?.y ?? -1) * HEIGHT - top)).toBeLessThanOrEqual(8);
          expect(Math.abs((region?.width ?? -1) * WIDTH - width)).toBeLessThanOrEqual(16);
          expect(Math.abs((region?.height ?? -1) * HEIGHT - height)).toBeLessThanOrEqual(16);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('leaves out a line that touches the image, and smaller images', () => {
    const isPhotograph = (x: number, y: number) => x >= 96 && x < 256 && y >= 80 && y < 240;
    const isLine = (x: number, y: number) => x >= 256 && x < 480 && y >= 120 && y < 136;
    const isIcon = (x: number, y: number) => x >= 400 && x < 440 && y >= 200 && y < 240;
    expect(findEmbeddedImage(page((x, y) => isPhotograph(x, y) || isLine(x, y) || isIcon(x, y)))).toEqual({
      x: 96 / WIDTH,
      y: 80 / HEIGHT,
      width: 160 / WIDTH,
      height: 160 / HEIGHT,
    });
  });

  test('is undefined without a page, and if the image covers too little or too much', () => {
    expect(findEmbeddedImage(page(() => true))).toBeUndefined();
    expect(findEmbeddedImage(page(() => false))).toBeUndefined();
    expect(findEmbeddedImage(page((x, y) => x < 40 && y < 40))).toBeUndefined();
    expect(findEmbeddedImage(page((x, y) => x < 500 && y < 260))).toBeUndefined();
    expect(findEmbeddedImage({ width: 5, height: 3, data: new Uint8Array(45) })).toBeUndefined();
  });
});
