import { expect, test } from 'vitest';
import { type LabelledVector, nearestPairs } from '../../eval/nearest-pairs.ts';

const KINDS = 5;
const OF_A_KIND = 8;
const angle = (degrees: number): Float32Array =>
  Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180));
/** Images of a kind lie within 8 degrees, kinds 20 degrees apart. */
const IMAGES: LabelledVector[] = Array.from({ length: OF_A_KIND * KINDS }, (_, at) => ({
  kind: `kind-${at % KINDS}`,
  semantic: angle(20 * (at % KINDS) + Math.floor(at / KINDS)),
}));
const STRANGERS: LabelledVector[] = Array.from({ length: 40 }, (_, at) => ({ semantic: angle(180 + at) }));

test('the nearest of a library with some images of the query’s kind, without the query', () => {
  const pairs = nearestPairs(IMAGES, STRANGERS, { images: 12, sameKind: 3 });
  expect(pairs).toHaveLength(12 * IMAGES.length);
  expect(pairs.filter(({ isSameKind }) => isSameKind)).toHaveLength(3 * IMAGES.length);
  for (const { cosine, isSameKind } of pairs)
    if (isSameKind) expect(cosine).toBeGreaterThan(Math.cos((8 * Math.PI) / 180));
  expect(Math.max(...pairs.map(({ cosine }) => cosine))).toBeLessThan(1);
});

test('at most twenty of each query, the nearest first', () => {
  const pairs = nearestPairs(IMAGES, STRANGERS, { images: 60, sameKind: 7 });
  expect(pairs).toHaveLength(20 * IMAGES.length);
  const [first] = Array.from({ length: IMAGES.length }, (_, at) => pairs.slice(20 * at, 20 * at + 20));
  expect(first?.slice(0, 7).every(({ isSameKind }) => isSameKind)).toBe(true);
  expect(first?.map(({ cosine }) => cosine)).toEqual(
    first?.map(({ cosine }) => cosine).toSorted((a, b) => b - a),
  );
});

test('images of no kind fill up the library', () => {
  const few = IMAGES.slice(0, 2 * KINDS);
  const pairs = nearestPairs(few, STRANGERS, { images: 20, sameKind: 1 });
  expect(pairs).toHaveLength(20 * few.length);
  const opposite = pairs.filter(({ cosine }) => cosine < 0);
  expect(opposite).toHaveLength((20 - 1 - 2 * (KINDS - 1)) * few.length);
  expect(opposite.some(({ isSameKind }) => isSameKind)).toBe(false);
});
