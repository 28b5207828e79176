import * as z from 'zod';
import { Exif, ImageWarning } from '#shared/imaging/imaging.ts';
import { ImageIdField, TenantIdField } from '#shared/kernel/id-fields.ts';
import { PROBLEM_CODES } from '#shared/kernel/problems.ts';
import { IMAGE_FORMAT_NAMES, IMAGE_STATUSES, type ImageStatus, STAGES } from '#shared/kernel/vocabulary.ts';

/** Returns the states from which `to` can be reached. A failed image may be retried; `purged` is final. */
export function statusesBefore(to: ImageStatus): readonly ImageStatus[] {
  if (to === 'purged') return IMAGE_STATUSES.filter((status) => status !== 'purged');
  if (to === 'failed') return ['pending_upload', 'uploaded', 'validated', 'processed'];
  // A retry makes the image `uploaded` first: a delivery that another one has overtaken cannot admit a refused file.
  if (to === 'validated') return ['pending_upload', 'uploaded'];
  return [...IMAGE_STATUSES.slice(0, IMAGE_STATUSES.indexOf(to)), 'failed'];
}

/** Returns the states in which the step after `to` can be retried: duplicates are detected of an image that is indexed. */
export const restartedFrom = (to: ImageStatus): readonly ImageStatus[] => [
  to === 'indexed' ? 'indexed' : 'failed',
];

export const Failure = z.object({
  stage: z.enum(STAGES),
  code: z.enum(PROBLEM_CODES),
  detail: z.string(),
  retryable: z.boolean(),
  attempts: z.number(),
});
export type Failure = z.infer<typeof Failure>;

export const Thumbnail = z.object({
  /** Bound of the longer side in pixels, from the tenant's settings. */
  size: z.number(),
  width: z.number(),
  height: z.number(),
  /** Object key in the images bucket. */
  key: z.string(),
});
export type Thumbnail = z.infer<typeof Thumbnail>;

/** The `storage_location` of images whose file we store; others have the id of a tenant's own. */
export const UPLOADS = 'uploads';

/** The stored record of an image. Fields have their names on the wire (docs/adr/0004-wire-names.md). */
export const ImageRecord = z.object({
  tenant_id: TenantIdField,
  image_id: ImageIdField,
  external_id: z.string().exactOptional(),
  status: z.enum(IMAGE_STATUSES),
  /** The file name given by the tenant, or the path in its own storage. */
  file_path: z.string(),
  /** `uploads`, or the id of the tenant's own storage. */
  storage_location: z.string(),
  storage_type: z.enum(['s3', 'minio', 'azure_blob', 'gcs']),
  /** Bytes; as announced until validation measures it. */
  file_size: z.number(),
  /** The announced media type. */
  content_type: z.string(),
  /** The checksum that the file must have, in lower-case hex. */
  announced_sha256: z.string().exactOptional(),
  metadata: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  /** Models whose vectors are in the index. */
  models: z.array(z.string()),
  /** Its object is gone from the tenant's own storage: it is in no index, though its vectors stay. */
  hidden: z.literal(true).exactOptional(),
  /** Indexed, and its duplicates are not detected yet. */
  undetected: z.literal(true).exactOptional(),
  /**
   * The last failure: of a failed image; of one that is being retried, until the next step succeeds; and of an indexed image
   * whose duplicates could not be detected.
   */
  failure: Failure.exactOptional(),
  /** Retries that were asked for. */
  retries: z.number().exactOptional(),
  /** Bytes reserved of the tenant's quota from the announcement until the image is admitted or given up. */
  reserved_bytes: z.number().exactOptional(),
  /** Bytes counted against the tenant's quota; absent until the image is admitted. */
  stored_bytes: z.number().exactOptional(),
  /** The correlation id of the upload's call, used throughout the pipeline. */
  correlation_id: z.string(),
  /** The span that announced it, which S3 cannot pass on. */
  traceparent: z.string().exactOptional(),
  created_at: z.string(),
  updated_at: z.string(),
  uploaded_at: z.string().exactOptional(),
  validated_at: z.string().exactOptional(),
  processed_at: z.string().exactOptional(),
  indexed_at: z.string().exactOptional(),

  // Results of validation. Hashes are lower-case hex.
  format: z.enum(IMAGE_FORMAT_NAMES).exactOptional(),
  width: z.number().exactOptional(),
  height: z.number().exactOptional(),
  hash_sha256: z.string().exactOptional(),
  hash_md5: z.string().exactOptional(),
  /** 64-bit perceptual hash. */
  hash_perceptual: z.string().exactOptional(),
  /** SHA-256 of the decoded, oriented RGB pixels and their dimensions. */
  hash_pixels: z.string().exactOptional(),
  exif: Exif.exactOptional(),
  /** The number of frames of an animation or a sequence, of which the first is stored: more than one. */
  frames: z.number().exactOptional(),
  /** The number of pages of a file, of which the first is stored: more than one. */
  pages: z.number().exactOptional(),
  warnings: z.array(ImageWarning).exactOptional(),
  thumbnails: z.array(Thumbnail).exactOptional(),
});
export type ImageRecord = z.infer<typeof ImageRecord>;

/** Returns true if validation has refused the image's file, and no other one was admitted. */
export const isRefused = ({ status, failure, stored_bytes }: ImageRecord): boolean =>
  status === 'failed' && failure?.stage === 'validation' && !failure.retryable && stored_bytes === undefined;

/**
 * Returns true if no other file can be accepted for a refused image. Beyond the quota one can: nothing was written of the
 * refused one.
 */
export const isRefusedForGood = (record: ImageRecord): boolean =>
  isRefused(record) && record.failure?.code !== 'quota_exceeded';

/** Results of validation. */
export type ImageFacts = Required<
  Pick<
    ImageRecord,
    | 'format'
    | 'width'
    | 'height'
    | 'hash_sha256'
    | 'hash_md5'
    | 'hash_perceptual'
    | 'hash_pixels'
    | 'exif'
    | 'thumbnails'
  >
> &
  Pick<ImageRecord, 'frames' | 'pages' | 'warnings'>;

/** Proof of a deletion: the number of items removed, by kind. */
export const PurgeReceipt = z.object({
  image_id: ImageIdField,
  deleted: z.object({
    objects: z.number(),
    thumbnails: z.number(),
    vectors: z.number(),
    cache_entries: z.number(),
    events: z.number(),
  }),
  completed_at: z.string(),
});
export type PurgeReceipt = z.infer<typeof PurgeReceipt>;
