import { expect, it } from 'vitest';
import { newImageId } from '#shared/kernel/ids.ts';
import type { Verdict } from '#shared/kernel/vocabulary.ts';
import { type CopyQuery, copiesOf, copyFiguresOf } from '../../eval/several-copies.ts';

const [one, two, other] = [newImageId(), newImageId(), newImageId()];
const result = (image_id: typeof one, verdict: Verdict): CopyQuery['results'][number] => ({
  ...{ image_id, verdict, similarity_score: 0.9, file_path: '', storage_location: '', thumbnail_url: '' },
  reason: { sha256_equal: false, perceptual_distance: 0, copy_score: 1, semantic_score: 1 },
});
const collage: CopyQuery = {
  kind: 'collage',
  truths: [one, two],
  results: [result(one, 'edited_copy'), result(two, 'similar'), result(other, 'edited_copy')],
};

it('looks for each image that a query shows', () => {
  const single: CopyQuery = { kind: 'blur', truths: [one], results: [result(one, 'exact')] };
  expect(copyFiguresOf([collage, single])).toEqual({ queries: 2, wanted: 3, found: 2 / 3, withFalseCopy: 1 });
});

it('counts a query with a false copy once', () => {
  const wrong = { ...collage, truths: [] };
  expect(copyFiguresOf([wrong])).toEqual({ queries: 1, wanted: 0, found: 0, withFalseCopy: 1 });
});

it('judges copies, not similar images', () => {
  expect(copiesOf(collage).map(({ isTrue }) => isTrue)).toEqual([true, false]);
});
