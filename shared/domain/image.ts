import type { ImageId, TenantId } from './ids.ts';
import type { ProblemCode } from './problems.ts';

/** The way of a picture. It goes forward only; `failed` and `purged` can be reached from any earlier state. */
export const IMAGE_STATUSES = [
  'pending_upload',
  'uploaded',
  'validated',
  'processed',
  'indexed',
  'failed',
  'purged',
] as const;
export type ImageStatus = (typeof IMAGE_STATUSES)[number];

/** The states from which `to` may be reached. A failed picture may be tried again; a purged one never comes back. */
export function statusesBefore(to: ImageStatus): readonly ImageStatus[] {
  if (to === 'purged') return IMAGE_STATUSES.filter((status) => status !== 'purged');
  if (to === 'failed') return ['pending_upload', 'uploaded', 'validated', 'processed'];
  return [...IMAGE_STATUSES.slice(0, IMAGE_STATUSES.indexOf(to)), 'failed'];
}

/** The formats that validate-image reads, by the name that sharp gives them and their media type. */
export const IMAGE_FORMATS = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  tiff: 'image/tiff',
  avif: 'image/avif',
  heic: 'image/heic',
} as const;
export type ImageFormat = keyof typeof IMAGE_FORMATS;
export const MEDIA_TYPES: readonly string[] = Object.values(IMAGE_FORMATS);

/** What a picture may measure. Sources: docs/adr/0005-picture-limits.md. */
export const IMAGE_LIMITS = {
  /** One presigned upload, in bytes. */
  fileBytes: 50 * 1024 * 1024,
  /** An image inside a request, decoded, in bytes: API Gateway and Lambda carry 6 MB of base64. */
  inlineBytes: Math.floor(4.5 * 1024 * 1024),
  /** Width × height. 100 Mpx is 300 MB as 8-bit RGB. */
  pixels: 100_000_000,
  /** A shorter side than this has nothing to be recognised by. */
  minSide: 8,
} as const;

export interface Exif {
  camera?: string;
  lens?: string;
  taken_at?: string;
  orientation?: number;
  gps?: { latitude: number; longitude: number };
}

/** The step of the pipeline at which a picture failed. */
export type Stage = 'upload' | 'validation' | 'embedding' | 'indexing' | 'duplicates';

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

/** Key-value pairs that the tenant attaches to a picture, to filter by. */
export type Metadata = Record<string, string | string[]>;

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

/** Keys of a picture's objects in the pictures bucket. */
export const objectKeys = {
  upload: (tenant: TenantId, image: ImageId) => `uploads/${tenant}/${image}`,
  thumbnail: (tenant: TenantId, image: ImageId, size: number) => `derived/${tenant}/${image}/${size}.webp`,
  modelPicture: (tenant: TenantId, image: ImageId) => `derived/${tenant}/${image}/input.png`,
} as const;
