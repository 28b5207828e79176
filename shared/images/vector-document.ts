import type { Embedding } from '#shared/embedding/embedder.ts';
import type { ImageFormat } from '#shared/kernel/vocabulary.ts';
import type { VectorDocument } from '#shared/vector-index/vector-index.ts';
import type { ImageRecord } from './image-record.ts';

/** The fields of a record, or of an event, that the index stores. */
type IndexedFields = Pick<ImageRecord, 'storage_location' | 'created_at' | 'metadata'> & {
  format: ImageFormat;
};

/** Builds an image's document for one model's index; deterministic, so that a rebuild yields the same document. */
export const vectorDocument = (
  imageId: ImageRecord['image_id'],
  { storage_location, format, created_at, metadata }: IndexedFields,
  { semantic, copy }: Embedding,
): VectorDocument => ({
  imageId,
  storageLocation: storage_location,
  format,
  createdAt: created_at,
  metadata,
  semantic,
  copy,
});
