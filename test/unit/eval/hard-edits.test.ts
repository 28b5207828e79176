import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { HARD_EDIT_NAMES, hardEdited, type Material } from '../../eval/hard-edits.ts';
import { lookAlike } from '../../eval/look-alikes.ts';
import { memeText, tiledWatermark } from '../../eval/overlays.ts';
import { randomOf } from '../../eval/random.ts';

let material: Material;
beforeAll(async () => {
  const [own, first, second, third, stranger] = await Promise.all(
    [0, 1, 2, 3, 4].map((at) => lookAlike('products', at)),
  );
  if (!own || !first || !second || !third || !stranger) throw new Error('five drawings');
  material = { own, others: [first, second, third], stranger };
});
const grey = (bytes: Uint8Array) => sharp(bytes).greyscale().resize(64, 64, { fit: 'fill' }).raw().toBuffer();
async function meanDifference(one: Uint8Array, other: Uint8Array): Promise<number> {
  const [first, second] = await Promise.all([grey(one), grey(other)]);
  return first.reduce((sum, value, at) => sum + Math.abs(value - (second[at] ?? 0)), 0) / first.length;
}

describe.each(HARD_EDIT_NAMES)('%s', (edit) => {
  it('is the same each time, an image, and another than the photograph', async () => {
    const [bytes, again] = [await hardEdited(edit, material, 'a'), await hardEdited(edit, material, 'a')];
    expect(Buffer.from(bytes).equals(again)).toBe(true);
    const { width, height } = await sharp(bytes).metadata();
    expect(Math.min(width, height)).toBeGreaterThan(100);
    expect(Buffer.from(bytes).equals(material.own)).toBe(false);
  });
});

it('makes a collage of each of its photographs', async () => {
  const collage = await hardEdited('collage', material, 'a');
  const { width, height } = await sharp(collage).metadata();
  for (const [at, shown] of [material.own, ...material.others].entries()) {
    const part = { width: width / 2 - 12, height: height / 2 - 12 };
    const [left, top] = [(at % 2) * (width / 2) + 6, Math.floor(at / 2) * (height / 2) + 6];
    const tile = await sharp(collage)
      .extract({ left, top, ...part })
      .png()
      .toBuffer();
    const expected = await sharp(shown)
      .resize({ ...part, fit: 'cover' })
      .png()
      .toBuffer();
    expect(await meanDifference(tile, expected)).toBeLessThan(6);
  }
});

it('writes over an image: meme text above and below, a watermark everywhere', async () => {
  const plain = await sharp({ create: { width: 400, height: 300, channels: 3, background: '#808080' } })
    .jpeg()
    .toBuffer();
  const changedRows = async (bytes: Uint8Array): Promise<boolean[]> => {
    const rows = await grey(bytes);
    return Array.from({ length: 64 }, (_, row) =>
      rows.subarray(row * 64, row * 64 + 64).some((value) => Math.abs(value - 128) > 20),
    );
  };
  const meme = await changedRows(await memeText(plain, randomOf('a')));
  expect([meme[6], meme[32], meme[56]]).toEqual([true, false, true]);
  const watermark = await changedRows(await tiledWatermark(plain, randomOf('a')));
  expect(watermark.filter(Boolean).length).toBeGreaterThan(48);
});
