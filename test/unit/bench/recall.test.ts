import { expect, test } from 'vitest';
import { newImageId } from '#shared/kernel/ids.ts';
import { meanRecall } from '../../bench/search/recall.ts';

const [ONE, TWO, THREE] = [newImageId(), newImageId(), newImageId()];
const nearest = { semantic: [ONE, TWO], copy: [THREE] };

test('compares as many neighbours as exist, whatever the order of the answer', () => {
  const answer = [
    { imageId: THREE, semantic: 0.1, copy: 0.9 },
    { imageId: TWO, semantic: 0.8, copy: 0.2 },
    { imageId: ONE, semantic: 0.9 },
  ];
  expect(meanRecall([{ answer, nearest }], 'semantic')).toBe(1);
  expect(meanRecall([{ answer, nearest }], 'copy')).toBe(1);
});

test('ignores images that only the other vector found, or that rank too low', () => {
  const answer = [
    { imageId: ONE, copy: 0.9 },
    { imageId: TWO, semantic: 0.8 },
    { imageId: THREE, semantic: 0.9, copy: 0.8 },
  ];
  expect(meanRecall([{ answer, nearest }], 'semantic')).toBe(0.5);
  expect(meanRecall([{ answer, nearest }], 'copy')).toBe(0);
});

test('averages over answers', () => {
  const complete = { answer: [{ imageId: THREE, copy: 0.9 }], nearest };
  expect(meanRecall([complete, { answer: [], nearest }], 'copy')).toBe(0.5);
});
