/** The closed sets of words that records, events and the HTTP contract share, spelled once. */

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

/** The step of the pipeline at which a picture failed. */
export type Stage = 'upload' | 'validation' | 'embedding' | 'indexing' | 'duplicates';

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

/** In the order of results. */
export const VERDICTS = ['exact', 'edited_copy', 'similar'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** The verdicts that make pictures the same one. */
export const COPY_VERDICTS = ['exact', 'edited_copy'] as const;
export type CopyVerdict = (typeof COPY_VERDICTS)[number];

/** Why a search found nothing: there is nothing to find, nothing passes its filters, or nothing is near enough. */
export const NOTHING_FOUND = ['library_empty', 'filters_exclude_all', 'below_threshold'] as const;

/**
 * What a person says of a group: its pictures are the same and all stay, one of them is enough, or they are not the
 * same at all.
 */
export const DECISIONS = ['keep_all', 'keep_one', 'not_duplicates'] as const;
export type DecisionAction = (typeof DECISIONS)[number];

/** `purging`: its keys are dead and its things are being removed. */
export const TENANT_STATES = ['creating', 'active', 'suspended', 'purging'] as const;
export type TenantState = (typeof TENANT_STATES)[number];

/** `live` keys have scopes; a `publishable` one has none: it says which tenant, and a person's token what is allowed. */
export const KEY_KINDS = ['live', 'publishable'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

export const JOB_STATUSES = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** What the operator does about a model and its index. */
export const MODEL_JOB_KINDS = [
  'model_migration',
  'model_rollback',
  'index_rebuild',
  'index_check',
  'index_move',
] as const;
export type ModelJobKind = (typeof MODEL_JOB_KINDS)[number];
