/** Enumerations that records, events and the HTTP contract share. */

/** States of a tenant's person. `inviting`: the account is being made, or its making was interrupted. */
export const PERSON_STATES = ['inviting', 'active', 'disabled'] as const;

/** Processing states of an image, in order. They only advance; `failed` and `purged` are reachable from any earlier state. */
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

/** Pipeline step at which an image failed. */
export const STAGES = ['upload', 'validation', 'embedding', 'indexing', 'duplicates'] as const;
export type Stage = (typeof STAGES)[number];
/** Stages whose failures can be retried with the message that failed. */
export const RETRIED_STAGES = ['validation', 'embedding', 'indexing', 'duplicates'] as const;
export type RetriedStage = (typeof RETRIED_STAGES)[number];

/** Supported image formats and their media types. */
export const IMAGE_FORMATS = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  tiff: 'image/tiff',
  avif: 'image/avif',
  heic: 'image/heic',
  bmp: 'image/bmp',
  raw: 'image/x-adobe-dng',
} as const;
export type ImageFormat = keyof typeof IMAGE_FORMATS;
export const IMAGE_FORMAT_NAMES = Object.keys(IMAGE_FORMATS) as [ImageFormat, ...ImageFormat[]]; // Object.keys loses the literal types
export const MEDIA_TYPES: readonly string[] = Object.values(IMAGE_FORMATS);

/** Codes of the warnings on images that were taken although something is odd about their file. */
export const IMAGE_WARNINGS = ['type_differs', 'decoder_warning', 'profile_ignored', 'preview_only'] as const;

/** Relations of a search result to the query image, best first. */
export const VERDICTS = ['exact', 'edited_copy', 'similar'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Edits that explain how a copy differs. */
export const CHANGES = [
  'crop',
  'resize',
  'mirror',
  'rotation',
  'colour',
  'overlay',
  'caption',
  'border',
  'perspective',
  'quality',
] as const;
export type Change = (typeof CHANGES)[number];

/** Verdicts that make two images duplicates. */
export const COPY_VERDICTS = ['exact', 'edited_copy'] as const;
export type CopyVerdict = (typeof COPY_VERDICTS)[number];

/** Reasons for an empty search result: no indexed image, none in the storages, none passes the filters, or none reaches the threshold. */
export const NO_RESULT_REASONS = [
  'library_empty',
  'storage_empty',
  'filters_exclude_all',
  'below_threshold',
] as const;

/** A person's decision on a duplicate group: all duplicates stay, one of them is enough, or they are not duplicates. */
export const DECISIONS = ['keep_all', 'keep_one', 'not_duplicates'] as const;
export type DecisionAction = (typeof DECISIONS)[number];

/** States of a tenant. `purging`: no key works any more, and its data are being deleted. */
export const TENANT_STATES = ['creating', 'active', 'suspended', 'purging'] as const;
export type TenantState = (typeof TENANT_STATES)[number];

/** `live` keys have scopes. `publishable` keys only identify the tenant; a person's token carries the scopes. */
export const KEY_KINDS = ['live', 'publishable'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** States of a background job. */
export const JOB_STATUSES = [
  'queued',
  'running',
  'needs_confirmation',
  'completed',
  'failed',
  'cancelled',
] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** Jobs on a model and its index, started by an operator. */
export const MODEL_JOB_KINDS = [
  'model_migration',
  'model_rollback',
  'index_rebuild',
  'index_check',
  'index_move',
] as const;
export type ModelJobKind = (typeof MODEL_JOB_KINDS)[number];
export const JOB_KINDS = [
  ...(['tenant_purge', 'redrive', 'storage_removal', 'scan', 'webhook_replay', 'event_replay'] as const),
  ...MODEL_JOB_KINDS,
] as const;
export type JobKind = (typeof JOB_KINDS)[number];

/** Parts of the service that an operator can have done with less. `verification`: of pixels, in searches. */
export const DEGRADABLE = ['verification'] as const;
/** Parts of the service that an operator can stop for a time. */
export const PAUSABLE = ['ingest', 'imports', 'webhooks'] as const;
export type Pausable = (typeof PAUSABLE)[number];

/**
 * Archived events that can be published again. Not `images.processed`, whose vectors are not archived: an index is rebuilt
 * from the store. Nor `tenant.usage`: a call is known as counted for a shorter time than it is archived.
 */
export const REPLAYED_EVENT_TYPES = [
  'images.validated',
  'images.indexed',
  'images.failed',
  'duplicates.found',
] as const;

/** Events that tenants can be told of. */
export const WEBHOOK_EVENT_TYPES = [
  'images.indexed',
  'images.failed',
  'duplicates.found',
  'job.completed',
  'webhook.failing',
  'webhook.disabled',
  'usage.threshold',
] as const;
export type WebhookEventType = (typeof WEBHOOK_EVENT_TYPES)[number];

export const WEBHOOK_STATES = ['enabled', 'disabled'] as const;
export type WebhookState = (typeof WEBHOOK_STATES)[number];
/** Reasons of a webhook's being disabled: days of failures only, a receiver that is gone, or its tenant. */
export const DISABLED_REASONS = ['failing', 'gone', 'by_request'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** States of a delivery. `skipped`: its webhook was disabled or removed first. */
export const DELIVERY_STATES = ['pending', 'delivered', 'failed', 'skipped'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
/** Ends of an attempt. `unknown`: it was begun, and its sender ended before it said more. */
export const ATTEMPT_OUTCOMES = ['delivered', 'failed', 'unknown'] as const;

/** Types of tenants' storage. `minio`: any server that speaks S3. */
export const STORAGE_TYPES = ['s3', 'minio', 'azure_blob', 'gcs'] as const;

/** States of a storage location. `removing`: no scan starts, and its images are being detached or deleted. */
export const STORAGE_STATES = ['active', 'removing'] as const;

/** Handling of images whose object is no longer in the tenant's storage. */
export const ON_MISSING = ['keep', 'hide', 'delete_after_days'] as const;

/** Reasons for which a scan pauses: too much is in the pipeline, the limit of uploads a minute is used up, or the quota is. */
export const SCAN_WAITS = ['throttled', 'rate_limited', 'waiting_for_quota'] as const;
export type ScanWait = (typeof SCAN_WAITS)[number];
