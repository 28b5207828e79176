import { describe, expect, test } from 'vitest';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import type { ImageId } from '#shared/kernel/ids.ts';
import { findNearImages } from '#shared/matching/find-near-images.ts';
import type { QueryImage } from '#shared/matching/query-image.ts';
import { SEARCH_BOUNDS } from '#shared/search/search-images.ts';
import { lookAlike } from '../../eval/look-alikes.ts';
import { ACME, embeddingAt, library, manifest, partlyCovered, randomDescriptors } from '../search/library.ts';

const imaging = sharpImaging();
const modelImage = async (receipt: number) =>
  (await imaging.read(await lookAlike('receipts', receipt))).modelImage;
const options = { k: 50, similarFrom: 0, bounds: SEARCH_BOUNDS };

interface Receipts {
  /** The stored receipts, by growing distance of their vectors from the query's. */
  stored: readonly number[];
  /** The receipt to search for; the first stored one by default. */
  query?: number;
  /** The copy cosine of the first. */
  copy?: number;
  /** Cosines of the others; each .01 less than the previous one by default. */
  others?: readonly number[];
  /** Local descriptors of all stored receipts, and of the query. */
  descriptors?: { stored: Int8Array; query: Int8Array };
}

/** Searches a library of one shop's receipts, whose vectors are all near the query's. */
async function searchReceipts({
  stored,
  query = stored[0] ?? 0,
  copy = 0.95,
  others = [],
  descriptors,
}: Receipts) {
  const shelf = await library();
  const images: ImageId[] = [];
  for (const [place, receipt] of stored.entries()) {
    const image = await shelf.add({
      ...embeddingAt(others[place - 1] ?? copy - place / 100, 0.9, place + 1),
      ...(descriptors && { local: descriptors.stored }),
    });
    images.push(image);
    const stored = await imaging.encodeModelImage(await modelImage(receipt));
    await shelf.blobs.put(ACME, objectKeys.modelImage(ACME, image), stored, 'image/png');
  }
  const queryImage: QueryImage = {
    pixelHash: 'e'.repeat(64),
    perceptualHash: 'fedcba9876543210',
    width: 420,
    height: 840,
    embedding: { ...embeddingAt(1, 1), ...(descriptors && { local: descriptors.query }) },
    modelImage: () => modelImage(query),
  };
  let comparisons = 0;
  const blobs: typeof shelf.blobs = {
    ...shelf.blobs,
    get: (...given) => {
      comparisons += 1;
      return shelf.blobs.get(...given);
    },
  };
  const near = await findNearImages({ ...shelf, blobs })(ACME, manifest, queryImage, options);
  const found = images.map((image) => near.images.find(({ record }) => record.image_id === image));
  return { found, verdicts: found.map((each) => each?.verdict), comparisons };
}

describe('among ambiguous candidates', () => {
  test('the copy is confirmed, and look-alikes are similar, including those behind the first failure', async () => {
    const { verdicts, comparisons } = await searchReceipts({ stored: [1, 2, 3, 4] });
    expect(verdicts).toEqual(['edited_copy', 'similar', 'similar', 'similar']);
    expect(comparisons).toBe(2);
  });

  test('many copies of one image are confirmed by three pixel comparisons', async () => {
    const { verdicts, comparisons } = await searchReceipts({ stored: [1, 1, 1, 1, 1, 1] });
    expect(verdicts).toEqual(Array(6).fill('edited_copy'));
    expect(comparisons).toBe(3);
  });

  test('accepts an uncertain candidate only if all closer candidates passed pixel verification', async () => {
    const local = randomDescriptors(1);
    const receipts = { stored: [1, 1, 1], others: [0.94, 0.5], descriptors: { stored: local, query: local } };
    expect(await searchReceipts(receipts)).toMatchObject({
      verdicts: Array(3).fill('edited_copy'),
      comparisons: 3,
    });
    expect(await searchReceipts({ ...receipts, stored: [2, 3, 1], query: 1 })).toMatchObject({
      verdicts: Array(3).fill('similar'),
      comparisons: 1,
    });
  });

  test('a single copy is not compared by pixels', async () => {
    expect(await searchReceipts({ stored: [1] })).toMatchObject({
      verdicts: ['edited_copy'],
      comparisons: 0,
    });
  });
});

describe('for a self-similar query', () => {
  const descriptors = {
    stored: new Int8Array(14 * 14 * 64).fill(9),
    query: new Int8Array(14 * 14 * 64).fill(9),
  };

  test('a single look-alike is only similar, however near', async () => {
    expect(await searchReceipts({ stored: [2], query: 1, descriptors })).toMatchObject({
      verdicts: ['similar'],
      comparisons: 1,
    });
  });

  test('a copy is confirmed, with the score of its pixels', async () => {
    const { found } = await searchReceipts({ stored: [1], descriptors });
    expect(found[0]).toMatchObject({ verdict: 'edited_copy' });
    expect(found[0]?.score).toBeLessThan(0.999);
    expect(found[0]?.score).toBeGreaterThan(0.99);
  });
});

describe('if nothing is proven', () => {
  test('the candidate with the best inlier score is proven by pixels, which also refine the alignment', async () => {
    const local = randomDescriptors(1);
    const descriptors = { stored: local, query: partlyCovered(local) };
    const { found, verdicts, comparisons } = await searchReceipts({ stored: [1], copy: 0.5, descriptors });
    expect({ verdicts, comparisons }).toEqual({ verdicts: ['edited_copy'], comparisons: 1 });
    const alignment = found[0]?.alignment;
    expect(alignment?.quad[0].x).toBeCloseTo(0, 1);
    expect(alignment?.quad[2].y).toBeCloseTo(1, 1);
    expect(alignment?.rotation).toBeCloseTo(0, 0);
    expect(alignment?.mirrored).toBe(false);
  });

  test('a look-alike is not proven, and an unlikely candidate is not compared', async () => {
    expect(await searchReceipts({ stored: [2], query: 1, copy: 0.5 })).toMatchObject({
      verdicts: ['similar'],
      comparisons: 1,
    });
    expect(await searchReceipts({ stored: [1], copy: 0.38 })).toMatchObject({
      verdicts: ['similar'],
      comparisons: 0,
    });
  });
});
