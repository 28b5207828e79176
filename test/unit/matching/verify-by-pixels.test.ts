import { describe, expect, test } from 'vitest';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import type { Embedding } from '#shared/embedding/embedder.ts';
import type { Raster } from '#shared/imaging/raster.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import type { ImageId } from '#shared/kernel/ids.ts';
import { findNearImages } from '#shared/matching/find-near-images.ts';
import type { QueryImage } from '#shared/matching/query-image.ts';
import type { VectorFilter } from '#shared/vector-index/vector-index.ts';
import { groupWith, newGroup } from '../../contract/samples.ts';
import { lookAlike } from '../../eval/look-alikes.ts';
import { ACME, embeddingAt, library, manifest, randomDescriptors } from '../search/library.ts';

const imaging = sharpImaging();
const modelImage = async (receipt: number) =>
  (await imaging.read(await lookAlike('receipts', receipt))).modelImage;

const mirror = ({ width, height, data }: Raster): Raster => ({
  ...{ width, height },
  data: data.map((_, at) => {
    const [pixel, channel] = [Math.floor(at / 3), at % 3];
    return data[3 * (pixel + width - 1 - 2 * (pixel % width)) + channel] ?? 0;
  }),
});

interface Receipts {
  /** The stored receipts, by falling copy cosine. */
  stored: readonly number[];
  query: number;
  /** The copy cosine of the first; each of the others has .01 less. */
  copy?: number;
  /** Gives them local descriptors, so many of which agree with the query's. */
  agreeing?: number;
  /** More receipts, at this copy cosine. */
  far?: readonly number[];
  farCopy?: number;
  /** Stores these mirrored. */
  mirrored?: boolean;
  /** Puts all that is stored into one duplicate group. */
  grouped?: boolean;
  /** Images that the query shows. */
  shown?: readonly Embedding[];
  filter?: VectorFilter;
  withoutPixels?: boolean;
}

const DESCRIPTORS = { own: randomDescriptors(1), others: randomDescriptors(2) };
const GRID = 14 * 14;

function localLike(agreeing: number | undefined) {
  if (agreeing === undefined) return {};
  const local = Int8Array.from(DESCRIPTORS.others);
  local.set(DESCRIPTORS.own.subarray(0, agreeing * 64));
  return { local };
}

/** Searches a library of one shop's receipts, whose vectors are all near the query's. */
async function searchReceipts({
  stored,
  query,
  copy = 0.95,
  far = [],
  farCopy = 0.15,
  mirrored = false,
  agreeing,
  grouped,
  shown = [],
  filter,
  withoutPixels = false,
}: Receipts) {
  const shelf = await library();
  const images: ImageId[] = [];
  for (const [place, receipt] of [...stored, ...far].entries()) {
    const cosine = place < stored.length ? copy - place / 100 : farCopy;
    const image = await shelf.add(
      { ...embeddingAt(cosine, 0.9, place + 1), ...localLike(agreeing) },
      {
        width: 420,
        height: 840,
        ...(place >= stored.length && { format: 'png' }),
      },
    );
    images.push(image);
    const shown = await modelImage(receipt);
    const png = await imaging.encodeModelImage(mirrored && place >= stored.length ? mirror(shown) : shown);
    await shelf.blobs.put(ACME, objectKeys.modelImage(ACME, image), png, 'image/png');
  }
  let queryReads = 0;
  const queryImage: QueryImage = {
    pixelHash: '5'.repeat(64),
    perceptualHash: 'fedcba9876543210',
    width: 420,
    height: 840,
    embedding: { ...embeddingAt(1, 1), ...localLike(agreeing === undefined ? undefined : GRID) },
    modelImage: () => {
      queryReads += 1;
      return modelImage(query);
    },
  };
  if (grouped) await shelf.groups.save(groupWith(ACME, newGroup(), images));
  let comparisons = 0;
  const blobs: typeof shelf.blobs = {
    ...shelf.blobs,
    get: (...given) => {
      comparisons += 1;
      return shelf.blobs.get(...given);
    },
  };
  const options = { k: 50, similarFrom: 0, filter, withoutPixels, shownImages: async () => shown };
  const near = await findNearImages({ ...shelf, blobs })(ACME, manifest, queryImage, options);
  const found = images.map((image) => near.images.find(({ record }) => record.image_id === image));
  return { found, verdicts: found.map((each) => each?.verdict), comparisons, queryReads };
}

describe('verifyByPixels', () => {
  test('finds the copy among look-alikes, wherever it stands', async () => {
    expect((await searchReceipts({ stored: [1, 2, 3], query: 1 })).verdicts).toEqual([
      'edited_copy',
      'similar',
      'similar',
    ]);
    expect((await searchReceipts({ stored: [2, 3, 1], query: 1 })).verdicts).toEqual([
      'similar',
      'similar',
      'edited_copy',
    ]);
  });

  test('many copies of one image are copies, also beside a look-alike', async () => {
    const { verdicts } = await searchReceipts({ stored: [1, 1, 2, 1, 1], query: 1 });
    expect(verdicts).toEqual(['edited_copy', 'edited_copy', 'similar', 'edited_copy', 'edited_copy']);
  });

  test('a single look-alike is similar, however near its vectors', async () => {
    expect((await searchReceipts({ stored: [2], query: 1, copy: 0.999 })).verdicts).toEqual(['similar']);
  });

  test('compares ten likely candidates, two others, the two nearest of small parts, and none that is unlikely', async () => {
    const likely = await searchReceipts({ stored: Array(12).fill(1), query: 1 });
    expect(likely.comparisons).toBe(10);
    expect(likely.verdicts.slice(0, 10)).toEqual(Array(10).fill('edited_copy'));
    expect(likely.verdicts.slice(10)).toEqual(['similar', 'similar']);
    expect((await searchReceipts({ stored: [2, 2, 2, 2, 2, 2], query: 1, copy: 0.5 })).comparisons).toBe(2);
    expect((await searchReceipts({ stored: [2, 3, 4, 5], query: 1, copy: 0.3 })).comparisons).toBe(2);
    expect((await searchReceipts({ stored: [1], query: 1, copy: 0.15 })).comparisons).toBe(0);
  });

  test('aligns all that it compares, so that a pair has the same evidence from either end', async () => {
    const { found, comparisons } = await searchReceipts({
      stored: Array(11).fill(1),
      query: 1,
      agreeing: GRID,
    });
    expect(comparisons).toBe(10);
    const scores = found.map((each) => each?.evidence.rareInlierScore);
    expect(scores[9]).toBe(scores[0]);
    expect(scores[0]).toBeGreaterThan(5);
    expect(scores[10]).toBeUndefined(); // neither aligned nor compared
  });

  test('compares the nearest where nothing tells of a copy only if local descriptors agree somewhere', async () => {
    const nearest = { stored: [1], query: 1, copy: 0.3 };
    expect((await searchReceipts({ ...nearest, agreeing: 0 })).comparisons).toBe(0);
    const many = Array(10).fill(1); // more than are aligned
    expect((await searchReceipts({ ...nearest, stored: many, agreeing: 0 })).comparisons).toBe(0);
    const some = await searchReceipts({ ...nearest, agreeing: 6 });
    expect(some.found[0]?.evidence.inlierScore).toBeGreaterThan(4);
    expect(some.found[0]?.evidence.inlierScore).toBeLessThan(7); // from there on it is likely for that alone
    expect(some.comparisons).toBe(1);
    expect((await searchReceipts(nearest)).comparisons).toBe(1); // without descriptors
  });

  test('compares what is nearest to an image that the query shows, also behind likelier candidates', async () => {
    const below = { stored: [2, 3, 4], far: [1], query: 1 };
    expect((await searchReceipts(below)).verdicts[3]).toBe('similar');
    // A cosine of .47 with the image that was stored last, and a negative one with the others.
    const shown = [embeddingAt(-0.8, 0.1, 4)];
    expect((await searchReceipts({ ...below, shown })).verdicts[3]).toBe('edited_copy');
  });

  test('reads no pixels while the operator has switched that off, and still ranks', async () => {
    const { found, comparisons, queryReads } = await searchReceipts({
      stored: [1, 2],
      query: 1,
      withoutPixels: true,
    });
    expect({ comparisons, queryReads }).toEqual({ comparisons: 0, queryReads: 0 });
    expect(found.every((each) => each !== undefined)).toBe(true);
  });

  test('returns where the query lies, and that nothing but the quality differs', async () => {
    const { found } = await searchReceipts({ stored: [1], query: 1 });
    expect(found[0]?.alignment?.quad[2].x).toBeCloseTo(1, 2);
    expect(found[0]?.alignment?.quad[2].y).toBeCloseTo(1, 2);
    expect(found[0]?.changes).toEqual([{ change: 'quality' }]);
  });
});

describe('verifyKnownCopies', () => {
  test('finds a copy that is too far by vectors, if it is in a group with one that was found', async () => {
    const far = { stored: [1], far: [1, 2], query: 1 };
    expect((await searchReceipts(far)).verdicts).toEqual(['edited_copy', 'similar', 'similar']);
    // Each pair is decided by its own pixels: the other receipt is none, though it is in the group.
    const grouped = await searchReceipts({ ...far, grouped: true });
    expect(grouped.verdicts).toEqual(['edited_copy', 'edited_copy', 'similar']);
    expect(grouped.comparisons).toBe(3);
    expect(grouped.queryReads).toBe(1);
  });

  test('compares in full what a brief look did not find', async () => {
    // Little tells of a copy: looked at upright alone.
    const brief = { stored: [1], far: [1], farCopy: 0.5, mirrored: true, query: 1 };
    const alone = await searchReceipts(brief);
    expect(alone.verdicts).toEqual(['edited_copy', 'similar']);
    expect(alone.comparisons).toBe(2);
    expect((await searchReceipts({ ...brief, mirrored: false })).verdicts).toEqual([
      'edited_copy',
      'edited_copy',
    ]);
    expect((await searchReceipts({ ...brief, grouped: true })).verdicts).toEqual([
      'edited_copy',
      'edited_copy',
    ]);
  });

  test('compares ten of them, each once', async () => {
    const { comparisons } = await searchReceipts({
      stored: [1],
      far: Array(12).fill(1),
      query: 1,
      grouped: true,
    });
    expect(comparisons).toBe(1 + 10);
  });

  test('compares none if no copy was found', async () => {
    expect((await searchReceipts({ stored: [2], far: [1], query: 1, grouped: true })).verdicts).toEqual([
      'similar',
      'similar',
    ]);
  });

  test('leaves out those that the filter does not select', async () => {
    const filtered = { stored: [1], far: [1], query: 1, grouped: true, filter: { format: 'jpeg' } as const };
    expect((await searchReceipts(filtered)).verdicts).toEqual(['edited_copy', undefined]);
  });
});
