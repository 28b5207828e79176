import { describe, expect, test } from 'vitest';
import { imageLibrary } from '../../bench/search/library.ts';
import { tenantSizes } from '../../bench/search/tenant-sizes.ts';
import { querySetsOf } from '../../bench/search/truth.ts';
import { dot } from '../../fixtures/vectors.ts';

describe('sizes of tenants', () => {
  test.each([1_000, 10_000, 100_000])('add up to %i documents, with very different sizes', (all) => {
    const sizes = tenantSizes(all);
    expect(sizes.reduce((sum, { documents }) => sum + documents, 0)).toBe(all);
    expect(sizes.filter(({ name }) => name).map(({ documents }) => documents)).toEqual([
      100,
      all / 1000,
      all / 100,
      all / 10,
      all / 2,
    ]);
    expect(Math.max(...sizes.filter(({ name }) => !name).map(({ documents }) => documents))).toBe(all / 100);
  });
});

describe('a library of images', () => {
  const library = imageLibrary(1_000, 6);
  const querySets = querySetsOf(library);

  test('is the same for the same number of documents', () => {
    const lasts = (tenants: typeof library) => tenants.map(({ documents }) => documents.at(-1)?.copy);
    expect(lasts(imageLibrary(1_000, 6))).toEqual(lasts(library));
  });

  test('queries copies, other images of a subject, and unrelated images, in turn', () => {
    const nearest = querySets.flatMap(({ queries, tenant }) => {
      const own = library.find((each) => each.tenant === tenant)?.documents ?? [];
      if (own.length < 100) return []; // a library this small has too few images per subject
      return queries.map(({ vectors, nearest }, at) => {
        const first = own.find(({ imageId }) => imageId === nearest.copy[0]);
        return { kind: at % 3, cosine: first ? dot(first.copy, vectors.copy) : -1 };
      });
    });
    const least = (kind: number) =>
      Math.min(...nearest.filter((each) => each.kind === kind).map(({ cosine }) => cosine));
    expect(nearest).toHaveLength(18);
    expect(least(0)).toBeGreaterThan(0.85);
    expect(least(1)).toBeGreaterThan(0.5);
    expect(Math.max(...nearest.filter(({ kind }) => kind === 2).map(({ cosine }) => cosine))).toBeLessThan(
      0.5,
    );
  });

  test('queries the measured tenants only, each with its own ten nearest', () => {
    expect(querySets.map(({ name }) => name)).toEqual(['100 documents', '0.1 %', '1 %', '10 %', '50 %']);
    for (const { tenant, queries } of querySets) {
      const own = new Set(
        library.find((each) => each.tenant === tenant)?.documents.map(({ imageId }) => imageId),
      );
      for (const { nearest } of queries)
        for (const images of Object.values(nearest)) {
          expect(images).toHaveLength(Math.min(10, own.size));
          expect(images.every((image) => own.has(image))).toBe(true);
        }
    }
  });
});
