import { describe, expect, it } from 'vitest';
import { newImageId } from '#shared/kernel/ids.ts';
import { candidates } from '#shared/vector-index/candidates.ts';

describe('candidates', () => {
  it('joins both lists by image and omits missing cosines', () => {
    const [both, semanticOnly, copyOnly] = [newImageId(), newImageId(), newImageId()];
    const union = candidates(
      [
        { imageId: both, cosine: 0.9 },
        { imageId: semanticOnly, cosine: 0.8 },
      ],
      [
        { imageId: copyOnly, cosine: 0.7 },
        { imageId: both, cosine: 0.6 },
      ],
    );
    expect(union).toEqual([
      { imageId: both, semantic: 0.9, copy: 0.6 },
      { imageId: semanticOnly, semantic: 0.8 },
      { imageId: copyOnly, copy: 0.7 },
    ]);
  });
});
