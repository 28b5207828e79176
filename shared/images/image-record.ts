import type { Exif } from '#shared/imaging/imaging.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { Metadata } from '#shared/kernel/metadata.ts';
import type { ProblemCode } from '#shared/kernel/problems.ts';
import { IMAGE_STATUSES, type ImageFormat, type ImageStatus, type Stage } from '#shared/kernel/vocabulary.ts';

/** The states from which `to` may be reached. A failed picture may be tried again; a purged one never comes back. */
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
  /** How often it was tried. */
  attempts: number;
}

export interface Thumbnail {
  /** The longer side's bound in pixels, one of its tenant's settings. */
  size: number;
  width: number;
  height: number;
  /** The object's key in the pictures bucket. */
  key: string;
}

/** What validation finds out about a picture. Hashes are lower-case hex. */
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

/** The record of a picture, as it is stored. Fields carry their names on the wire (docs/adr/0004-wire-names.md). */
export interface ImageRecord extends Partial<ImageFacts> {
  tenant_id: TenantId;
  image_id: ImageId;
  external_id?: string;
  status: ImageStatus;
  /** The name under which the tenant knows it: the file name given, or the path in its own storage. */
  file_path: string;
  /** `uploads`, or the id of the tenant's own storage. */
  storage_location: string;
  storage_type: 's3' | 'minio' | 'azure_blob' | 'gcs';
  /** Bytes; as announced until validation has measured it. */
  file_size: number;
  /** The media type that the tenant announced. */
  content_type: string;
  metadata: Metadata;
  /** The models whose vectors are in the index. */
  models: string[];
  failure?: Failure;
  /** What the picture takes of the tenant's quota, in bytes; absent until it is admitted. */
  stored_bytes?: number;
  /** The correlation id of the call that brought the picture: it goes with it through the whole pipeline. */
  correlation_id: string;
  created_at: string;
  updated_at: string;
  uploaded_at?: string;
  validated_at?: string;
  processed_at?: string;
  indexed_at?: string;
}

/** Proof of a deletion: how many of each kind of thing were removed. */
export interface PurgeReceipt {
  image_id: ImageId;
  deleted: { objects: number; thumbnails: number; vectors: number; cache_entries: number; events: number };
  completed_at: string;
}
