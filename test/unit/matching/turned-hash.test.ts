import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { perceptualDistance } from '#shared/matching/decision/evidence.ts';
import { turnedDistance } from '#shared/matching/decision/turned-hash.ts';
import { sizedPhotograph } from '../../fixtures/rasters.ts';

describe('the distance of turned hashes', () => {
  const hash = fc.integer({ min: 0, max: 15 }).map((digit) => digit.toString(16));
  const hashes = fc.array(hash, { minLength: 16, maxLength: 16 }).map((digits) => digits.join(''));

  test('is the same from either end, and at most the perceptual distance', () => {
    fc.assert(
      fc.property(hashes, hashes, (one, other) => {
        expect(turnedDistance(one)(other)).toBe(turnedDistance(other)(one));
        expect(turnedDistance(one)(other)).toBeLessThanOrEqual(perceptualDistance(one, other));
      }),
    );
  });

  test.each<[string, (image: Sharp) => Sharp]>([
    ['turned to the right', (image) => image.rotate(90)],
    ['turned upside down', (image) => image.rotate(180)],
    ['turned to the left', (image) => image.rotate(270)],
    ['mirrored', (image) => image.flop()],
    ['turned and mirrored', (image) => image.rotate(90).flop()],
  ])('is small for an image that was %s', async (_name, edit) => {
    const imaging = sharpImaging();
    const photograph = await sizedPhotograph(0, 400, 300);
    const hashOf = async (bytes: Buffer) => imaging.perceptualHash((await imaging.read(bytes)).modelImage);
    const [own, turned] = [
      await hashOf(photograph),
      await hashOf(await edit(sharp(photograph)).png().toBuffer()),
    ];
    expect(perceptualDistance(own, turned)).toBeGreaterThan(20);
    expect(turnedDistance(own)(turned)).toBeLessThan(8);
  });
});
