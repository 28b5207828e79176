import type { Embedding } from '#shared/embedding/embedder.ts';
import type { ImageFormat } from '#shared/kernel/vocabulary.ts';
import type { VectorDocument } from '#shared/vector-index/vector-index.ts';
import type { ImageRecord } from './image-record.ts';

/** A picture's record as far as the index holds it; an event says the same of it. */
type Described = Pick<ImageRecord, 'storage_location' | 'created_at' | 'metadata'> & { format: ImageFormat };

/** What the index holds of a picture by one model: of the same catalog always the same. */
export const vectorDocument = (
  imageId: ImageRecord['image_id'],
  { storage_location, format, created_at, metadata }: Described,
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
