import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newImageId } from '#shared/kernel/ids.ts';
import { documentDigest } from '#shared/vector-index/document-digest.ts';
import type { VectorDocument } from '#shared/vector-index/vector-index.ts';

const DOCUMENT: VectorDocument = {
  imageId: newImageId(),
  storageLocation: 'uploads',
  format: 'jpeg',
  createdAt: '2026-03-01T12:00:00.000Z',
  metadata: { album: 'summer', tags: ['cat', 'garden'] },
  semantic: Float32Array.of(0.6, 0.8),
  copy: Float32Array.of(1, 0),
};

describe('the digest of a document', () => {
  it('is equal for equal documents in different notations', () => {
    const same = {
      ...DOCUMENT,
      createdAt: '2026-03-01T13:00:00+01:00',
      metadata: { tags: ['garden', 'cat'], album: ['summer'] },
      semantic: Float32Array.of(9, 0.6, 0.8).subarray(1),
    };
    expect(documentDigest(same)).toBe(documentDigest(DOCUMENT));
    expect(documentDigest(DOCUMENT)).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each<[string, Partial<VectorDocument>]>([
    ['id', { imageId: newImageId() }],
    ['location', { storageLocation: 'archive' }],
    ['format', { format: 'png' }],
    ['time', { createdAt: '2026-03-01T12:00:00.001Z' }],
    ['metadata', { metadata: { album: 'summer', tags: ['cat'] } }],
    ['key of metadata', { metadata: { tags: ['summer'], album: ['cat', 'garden'] } }],
    ['semantic vector', { semantic: Float32Array.of(0.6, 0.8000001) }],
    ['copy vector', { copy: Float32Array.of(0, 1) }],
    ['split of the vectors', { semantic: Float32Array.of(0.6), copy: Float32Array.of(0.8, 1, 0) }],
  ])('differs for a different %s', (_, change) => {
    expect(documentDigest({ ...DOCUMENT, ...change })).not.toBe(documentDigest(DOCUMENT));
  });

  it('differs for metadata that differ in any character', () => {
    const metadata = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 });
    fc.assert(
      fc.property(metadata, metadata, (one, other) => {
        const same =
          JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());
        const digest = (of: Record<string, string>) => documentDigest({ ...DOCUMENT, metadata: of });
        expect(digest(one) === digest(other)).toBe(same);
      }),
    );
  });
});
