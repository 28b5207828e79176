import type { Exif } from '#shared/imaging/imaging.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { Metadata } from '#shared/kernel/metadata.ts';
import type { ProblemCode } from '#shared/kernel/problems.ts';
import { IMAGE_STATUSES, type ImageFormat, type ImageStatus, type Stage } from '#shared/kernel/vocabulary.ts';

/** Returns the states from which `to` can be reached. A failed image may be retried; `purged` is final. */
export function statusesBefore(to: ImageStatus): readonly ImageStatus[] {
  if (to === 'purged') return IMAGE_STATUSES.filter((status) => status !== 'purged');
  if (to === 'failed') return ['pending_upload', 'uploaded', 'validated', 'processed'];
  return [...IMAGE_STATUSES.slice(0, IMAGE_STATUSES.indexOf(to)), 'failed'];
}

export interface Failure {
  stage: Stage;
  code: ProblemCode;
  detail: string;
  retryable: boolean;
  attempts: number;
}

export interface Thumbnail {
  /** Bound of the longer side in pixels, from the tenant's settings. */
  size: number;
  width: number;
  height: number;
  /** Object key in the images bucket. */
  key: string;
}

/** Results of validation. Hashes are lower-case hex. */
export interface ImageFacts {
  format: ImageFormat;
  width: number;
  height: number;
  hash_sha256: string;
  hash_md5: string;
  /** 64-bit perceptual hash. */
  hash_perceptual: string;
  /** SHA-256 of the decoded, oriented RGB pixels and their dimensions. */
  hash_pixels: string;
  exif: Exif;
  thumbnails: Thumbnail[];
}

/** The stored record of an image. Fields have their names on the wire (docs/adr/0004-wire-names.md). */
export interface ImageRecord extends Partial<ImageFacts> {
  tenant_id: TenantId;
  image_id: ImageId;
  external_id?: string;
  status: ImageStatus;
  /** The file name given by the tenant, or the path in its own storage. */
  file_path: string;
  /** `uploads`, or the id of the tenant's own storage. */
  storage_location: string;
  storage_type: 's3' | 'minio' | 'azure_blob' | 'gcs';
  /** Bytes; as announced until validation measures it. */
  file_size: number;
  /** The announced media type. */
  content_type: string;
  metadata: Metadata;
  /** Models whose vectors are in the index. */
  models: string[];
  failure?: Failure;
  /** Bytes counted against the tenant's quota; absent until the image is admitted. */
  stored_bytes?: number;
  /** The correlation id of the upload's call, used throughout the pipeline. */
  correlation_id: string;
  created_at: string;
  updated_at: string;
  uploaded_at?: string;
  validated_at?: string;
  processed_at?: string;
  indexed_at?: string;
}

/** Proof of a deletion: the number of items removed, by kind. */
export interface PurgeReceipt {
  image_id: ImageId;
  deleted: { objects: number; thumbnails: number; vectors: number; cache_entries: number; events: number };
  completed_at: string;
}
