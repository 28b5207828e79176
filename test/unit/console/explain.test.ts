import type { SimilarityResult } from '@deeplens/sdk';
import { expect, it } from 'vitest';
import { explain } from '../../../console/src/features/search/explain.ts';

const result = (
  verdict: SimilarityResult['verdict'],
  reason: Partial<SimilarityResult['reason']> = {},
  similarity_score = 0.98,
): SimilarityResult => ({
  image_id: 'img_01',
  similarity_score,
  verdict,
  reason: { sha256_equal: false, perceptual_distance: 4, copy_score: 0.9, semantic_score: 0.9, ...reason },
  file_path: 'a.jpg',
  storage_location: 'uploads',
  thumbnail_url: 'https://api.example.com/thumbnail',
});

it('names the edits of a copy, with their amounts where they are known', () => {
  const edited = result('edited_copy', {
    changes: ['crop', 'mirror', 'caption'],
    change_amounts: { crop: 0.62 },
  });
  expect(explain(edited)).toBe(
    'The same picture, cropped to 62 %, mirrored, a caption added. Of 100 such pairs, 98 are copies.',
  );
});

it('distinguishes the same file from the same picture in another', () => {
  expect(explain(result('exact', { sha256_equal: true }, 1))).toMatch(/^The same file\. Of 100 .* 100/);
  expect(explain(result('exact', {}, 1))).toMatch(/^The same picture in another file\./);
});

it('calls nothing a copy that is similar', () => {
  expect(explain(result('similar', { changes: ['crop'] }, 0.83))).toBe(
    'Another picture. Of 100 such pairs, 83 show the same kind of thing.',
  );
});
