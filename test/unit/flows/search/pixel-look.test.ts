import { describe, expect, test } from 'vitest';
import { objectKeys } from '#shared/domain/image.ts';
import { nearPictures } from '#shared/flows/search/near-pictures.ts';
import type { Probe } from '#shared/flows/search/probe.ts';
import { sharpImaging } from '#shared/imaging/sharp.ts';
import { lookAlike } from '../../../eval/look-alikes.ts';
import { ACME, cellsOfSeed, library, manifest, seen } from './library.ts';

const imaging = sharpImaging();
const modelPicture = async (receipt: number) =>
  imaging.modelPicture((await imaging.read(await lookAlike('receipts', receipt))).raster);
const all = { k: 50, similarFrom: 0 };

/** A library of one shop's receipts, all of them near the query by vectors, and the query: the first of them. */
async function shop(receipts: readonly number[], copy = 0.95, local?: Int8Array) {
  const shelf = await library();
  let looks = 0;
  const images = new Map<number, string>();
  for (const [place, receipt] of receipts.entries()) {
    const image = await shelf.add({
      ...seen(copy - place / 100, 0.9, place + 1),
      ...(local && { local }),
    });
    images.set(place, image);
    const picture = await imaging.encodeModelPicture(await modelPicture(receipt));
    await shelf.blobs.put(ACME, objectKeys.modelPicture(ACME, image), picture, 'image/webp');
  }
  const probe: Probe = {
    pixelHash: () => 'e'.repeat(64),
    perceptualHash: 'fedcba9876543210',
    width: 420,
    height: 840,
    embedding: { ...seen(1, 1), ...(local && { local: weakened(local) }) },
    picture: async () => {
      looks += 1;
      return modelPicture(receipts[0] ?? 0);
    },
  };
  const near = await nearPictures(shelf)(ACME, manifest, probe, all);
  const verdicts = [...images].map(
    ([, image]) => near.find(({ record }) => record.image_id === image)?.verdict,
  );
  return { verdicts, looks };
}

describe('where pictures are too near to be told apart by vectors', () => {
  test('the copy stays one, and look-alikes are only similar: those that were not looked at too', async () => {
    const { verdicts } = await shop([1, 2, 3, 4]);
    expect(verdicts).toEqual(['edited_copy', 'similar', 'similar', 'similar']);
  });

  test('many copies of one picture stay copies', async () => {
    const { verdicts } = await shop([1, 1, 1, 1]);
    expect(verdicts).toEqual(['edited_copy', 'edited_copy', 'edited_copy', 'edited_copy']);
  });

  test('a copy with nothing else near it costs no look', async () => {
    expect(await shop([1])).toEqual({ verdicts: ['edited_copy'], looks: 0 });
  });

  test('a copy whose cells alone are too few to prove it is proven by its pixels, a look-alike is not', async () => {
    expect(await shop([1], 0.5, cellsOfSeed(1))).toEqual({ verdicts: ['edited_copy'], looks: 1 });
    expect(await shop([1], 0.5)).toEqual({ verdicts: ['similar'], looks: 0 });
  });
});

/** The cells of a picture most of which is covered: a score between 7 and 14. */
function weakened(local: Int8Array): Int8Array {
  const covered = cellsOfSeed(9);
  return local.map((value, at) => (at < 10 * 64 ? value : (covered[at] ?? 0)));
}
