import { describe, expect, test } from 'vitest';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import type { ImageId } from '#shared/kernel/ids.ts';
import { findNearImages } from '#shared/matching/find-near-images.ts';
import type { Probe } from '#shared/matching/query-image.ts';
import { lookAlike } from '../../eval/look-alikes.ts';
import { ACME, cellsOfSeed, library, manifest, seen, weakened } from '../search/library.ts';

const imaging = sharpImaging();
const modelImage = async (receipt: number) =>
  imaging.modelImage((await imaging.read(await lookAlike('receipts', receipt))).raster);
const all = { k: 50, similarFrom: 0 };

interface Shop {
  /** Which receipts are stored, the nearest to the query by vectors first. */
  stored: readonly number[];
  /** Which one is asked for: the first of them where absent. */
  asked?: number;
  /** The copy cosine of the first. */
  copy?: number;
  /** Those of the others: each .01 less than the one before, where absent. */
  others?: readonly number[];
  /** The cells of all that is stored, and of the query. */
  cells?: { stored: Int8Array; query: Int8Array };
}

/** A library of one shop's receipts, all of them near the query by vectors. */
async function shop({ stored, asked = stored[0] ?? 0, copy = 0.95, others = [], cells }: Shop) {
  const shelf = await library();
  const images: ImageId[] = [];
  for (const [place, receipt] of stored.entries()) {
    const image = await shelf.add({
      ...seen(others[place - 1] ?? copy - place / 100, 0.9, place + 1),
      ...(cells && { local: cells.stored }),
    });
    images.push(image);
    const picture = await imaging.encodeModelImage(await modelImage(receipt));
    await shelf.blobs.put(ACME, objectKeys.modelImage(ACME, image), picture, 'image/png');
  }
  const probe: Probe = {
    pixelHash: () => 'e'.repeat(64),
    perceptualHash: 'fedcba9876543210',
    width: 420,
    height: 840,
    embedding: { ...seen(1, 1), ...(cells && { local: cells.query }) },
    picture: () => modelImage(asked),
  };
  let looks = 0;
  const blobs: typeof shelf.blobs = {
    ...shelf.blobs,
    get: (...given) => {
      looks += 1;
      return shelf.blobs.get(...given);
    },
  };
  const near = await findNearImages({ ...shelf, blobs })(ACME, manifest, probe, all);
  const found = images.map((image) => near.find(({ record }) => record.image_id === image));
  return { found, verdicts: found.map((each) => each?.verdict), looks };
}

describe('where pictures are too near to be told apart by vectors', () => {
  test('the copy stays one, and look-alikes are only similar: those that were not looked at too', async () => {
    const { verdicts, looks } = await shop({ stored: [1, 2, 3, 4] });
    expect(verdicts).toEqual(['edited_copy', 'similar', 'similar', 'similar']);
    expect(looks).toBe(2);
  });

  test('many copies of one picture stay copies, and three of them are looked at', async () => {
    const { verdicts, looks } = await shop({ stored: [1, 1, 1, 1, 1, 1] });
    expect(verdicts).toEqual(Array(6).fill('edited_copy'));
    expect(looks).toBe(3);
  });

  test('one in doubt among them is a copy by its cells and pixels where the nearer ones are copies, not where they are look-alikes', async () => {
    const local = cellsOfSeed(1);
    const crowd = { stored: [1, 1, 1], others: [0.94, 0.5], cells: { stored: local, query: local } };
    expect(await shop(crowd)).toMatchObject({ verdicts: Array(3).fill('edited_copy'), looks: 3 });
    expect(await shop({ ...crowd, stored: [2, 3, 1], asked: 1 })).toMatchObject({
      verdicts: Array(3).fill('similar'),
      looks: 1,
    });
  });

  test('a copy with nothing else near it costs no look', async () => {
    expect(await shop({ stored: [1] })).toMatchObject({ verdicts: ['edited_copy'], looks: 0 });
  });
});

describe('where a picture is made of parts that all look alike', () => {
  const cells = { stored: new Int8Array(14 * 14 * 64).fill(9), query: new Int8Array(14 * 14 * 64).fill(9) };

  test('its only look-alike is similar, however near; nothing is crowded yet', async () => {
    expect(await shop({ stored: [2], asked: 1, cells })).toMatchObject({ verdicts: ['similar'], looks: 1 });
  });

  test('its copy is one, at a score that its pixels are worth', async () => {
    const { found } = await shop({ stored: [1], cells });
    expect(found[0]).toMatchObject({ verdict: 'edited_copy' });
    expect(found[0]?.score).toBeLessThan(0.999);
    expect(found[0]?.score).toBeGreaterThan(0.99);
  });
});

describe('where nothing is proven', () => {
  test('the picture whose cells come nearest is proven by its pixels, which then say how it lies', async () => {
    const local = cellsOfSeed(1);
    const cells = { stored: local, query: weakened(local) };
    const { found, verdicts, looks } = await shop({ stored: [1], copy: 0.5, cells });
    expect({ verdicts, looks }).toEqual({ verdicts: ['edited_copy'], looks: 1 });
    const alignment = found[0]?.alignment;
    expect(alignment?.quad[0].x).toBeCloseTo(0, 1);
    expect(alignment?.quad[2].y).toBeCloseTo(1, 1);
    expect(alignment?.rotation).toBeCloseTo(0, 0);
    expect(alignment?.mirrored).toBe(false);
  });

  test('a look-alike is not proven, and what is far is not looked at', async () => {
    expect(await shop({ stored: [2], asked: 1, copy: 0.5 })).toMatchObject({
      verdicts: ['similar'],
      looks: 1,
    });
    expect(await shop({ stored: [1], copy: 0.38 })).toMatchObject({ verdicts: ['similar'], looks: 0 });
  });
});
