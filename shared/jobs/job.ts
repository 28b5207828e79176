import * as z from 'zod';
import {
  ImageIdField,
  JobIdField,
  StorageIdField,
  TenantIdField,
  WebhookIdField,
} from '#shared/kernel/id-fields.ts';
import { PROBLEM_CODES } from '#shared/kernel/problems.ts';
import {
  IMAGE_FORMAT_NAMES,
  JOB_STATUSES,
  type JobKind,
  MODEL_JOB_KINDS,
  type ModelJobKind,
  REPLAYED_EVENT_TYPES,
  RETRIED_STAGES,
  SCAN_WAITS,
  WEBHOOK_EVENT_TYPES,
} from '#shared/kernel/vocabulary.ts';

const Counts = z.record(z.string(), z.number());

/** The fields of every job, named as stored and on the wire. */
const AnyJob = z.object({
  job_id: JobIdField,
  /** The tenant that started it, which may list, read and cancel it; absent: the operator. */
  owner: TenantIdField.optional(),
  status: z.enum(JOB_STATUSES),
  /** The next step, from which an interrupted job resumes. */
  step: z.string(),
  /** Work done so far, by kind. */
  progress: Counts,
  /** The first 99 distinct errors and the latest. */
  errors: z.array(z.object({ path: z.string().optional(), code: z.string(), detail: z.string() })),
  /** Distinct errors noted so far; absent in older items. */
  errors_count: z.number().optional(),
  /** Failures in a row that can pass. */
  failures: z.number().optional(),
  started_at: z.string(),
  updated_at: z.string(),
  finished_at: z.string().optional(),
  /** Incremented by each write; a write is conditional on the version that was read. */
  version: z.number(),
});

/** Counts what a tenant's purge removed, by store, and proves that a later count found nothing. */
const TenantReceipt = z.object({
  tenant_id: TenantIdField,
  deleted: Counts,
  /** Counts per store after the removal; all zero. */
  left: Counts,
  completed_at: z.string(),
});

/** Progress of a job through one tenant's images, page by page, in one or more passes. */
const Position = z.object({
  tenant_id: TenantIdField,
  phase: z.string(),
  /** When the phase began, and when this pass did. RFC 3339. */
  since: z.string(),
  pass_since: z.string(),
  /** Completed passes. */
  passes: z.number(),
  /** Counts over the pages of this pass. */
  met: Counts,
  /** Cursor of the next page; absent for the first. */
  cursor: z.string().optional(),
  /** Last image of the previous page. */
  above: ImageIdField.optional(),
  /** When the missing embeddings of this page were requested. */
  ordered_at: z.string().optional(),
  /** Images for the canary. */
  sample: z.array(ImageIdField).readonly().optional(),
});
export type Position = z.output<typeof Position>;

const AnyModelJob = AnyJob.extend({
  model: z.string(),
  /** Absent: all tenants. */
  tenants: z.array(TenantIdField).readonly().optional(),
  /** Cursor of the next tenant; empty after the last. */
  next_tenant: z.string().optional(),
  position: Position.optional(),
  /** Bytes of the index's memory that it needs, and that other jobs leave to it while it runs. */
  memory_bytes: z.number().optional(),
});

/** Retries failed images, those that pass the filter: first it counts them. */
const Redrive = AnyJob.extend({
  kind: z.literal('redrive'),
  stage: z.enum(RETRIED_STAGES),
  /** Only this tenant's. */
  tenant_id: TenantIdField.optional(),
  code: z.enum(PROBLEM_CODES).optional(),
  /** Only those that failed at or after this time. RFC 3339. */
  since: z.string().optional(),
  /** Count only. */
  dry_run: z.boolean().optional(),
  /** The next page to read; absent: the first of the first tenant. */
  place: z
    .object({
      tenant_id: TenantIdField,
      cursor: z.string().optional(),
      /** Cursor of the tenant after it; absent: it is the last. */
      next_tenant: z.string().optional(),
    })
    .optional(),
  /** The images of the last page, which are to be retried. */
  pending: z.object({ tenant_id: TenantIdField, images: z.array(ImageIdField).readonly() }).optional(),
});

/** Removes a storage location: what is known of its objects, its secret, and its images if that is wanted. */
const StorageRemoval = AnyJob.extend({
  kind: z.literal('storage_removal'),
  owner: TenantIdField,
  storage_id: StorageIdField,
  images: z.enum(['keep', 'delete']),
  /** Cursor of the next page of images. */
  cursor: z.string().optional(),
  /** Images that this pass has found. */
  met: z.number().optional(),
  /** Images of the last page, which are to be deleted. */
  pending: z.array(ImageIdField).readonly().optional(),
});

/** A scan of a tenant's storage location. Its counts in `progress`: shared/scans/scan-progress.ts. */
const ScanJob = AnyJob.extend({
  kind: z.literal('scan'),
  owner: TenantIdField,
  storage_id: StorageIdField,
  /** It reads what events say has changed, in place of a listing. */
  source: z.literal('events').optional(),
  /** Notes of changes that it has handled, and is to forget. */
  handled: z
    .array(z.object({ key: z.string(), mark: z.string() }))
    .readonly()
    .optional(),
  /** Only keys that begin so, by default the location's own prefix. */
  prefix: z.string().optional(),
  recursive: z.boolean(),
  file_types: z.array(z.enum(IMAGE_FORMAT_NAMES)).optional(),
  /** Ends the listing once so many objects are new or changed. */
  limit: z.number().optional(),
  /** Only tells what a scan would do. */
  dry_run: z.boolean().optional(),
  /** Also reads again what failed for a reason of its own. */
  full: z.boolean().optional(),
  /** The number that the location's scan has if it is completed. */
  number: z.number().optional(),
  /** The last key of the listing that was handled. */
  after: z.string().optional(),
  /** The server lists in another order than that of the bytes. */
  unordered: z.boolean().optional(),
  /** Objects that were not read, by reason. */
  skipped: Counts,
  /** Objects that the last scan of the location listed. */
  expected: z.number().optional(),
  waiting: z.enum(SCAN_WAITS).optional(),
  /** Someone has confirmed that so many objects are gone. */
  confirmed: z.boolean().optional(),
  /** The last point of the rate: when, how many objects had ended by then, and objects a second before it. */
  pace: z.object({ at: z.string(), ended: z.number(), rate: z.number().optional() }).optional(),
  /** When an object last ended; of a scan, also when messages were sent again. */
  stirred_at: z.string().optional(),
  /** Of changes: when messages were last sent again. */
  resent_at: z.string().optional(),
});

/** Repeats the deliveries of a webhook that were made in a time. */
const WebhookReplay = AnyJob.extend({
  kind: z.literal('webhook_replay'),
  owner: TenantIdField,
  webhook_id: WebhookIdField,
  /** RFC 3339, inclusive and exclusive. */
  from: z.string(),
  to: z.string(),
  state: z.enum(['failed', 'skipped', 'delivered']),
  types: z.array(z.enum(WEBHOOK_EVENT_TYPES)).readonly().optional(),
  /** Cursor of the next page; absent: the first. */
  cursor: z.string().optional(),
});

/** Publishes archived events of a type and a time again: first it counts them. */
const EventReplay = AnyJob.extend({
  kind: z.literal('event_replay'),
  type: z.enum(REPLAYED_EVENT_TYPES),
  /** RFC 3339, UTC, inclusive and exclusive. */
  from: z.string(),
  to: z.string(),
  /** Count only. */
  dry_run: z.boolean().optional(),
  /** The day in work, `2026-11-30`; absent: the first. */
  day: z.string().optional(),
  /** The last object of it that was handled. */
  after: z.string().optional(),
});

/** A stored job, by its kind. A new kind is a row here, and a runner in the function that wires it. */
export const JobSchema = z.discriminatedUnion('kind', [
  AnyJob.extend({
    kind: z.literal('tenant_purge'),
    tenant_id: TenantIdField,
    receipt: TenantReceipt.optional(),
  }),
  Redrive,
  StorageRemoval,
  WebhookReplay,
  EventReplay,
  ScanJob,
  AnyModelJob.extend({
    kind: z.literal('model_migration'),
    /** Make it the model that searches use, once all images have its vectors. */
    cut_over: z.boolean().optional(),
  }),
  AnyModelJob.extend({ kind: z.literal('model_rollback') }),
  AnyModelJob.extend({ kind: z.literal('index_rebuild') }),
  AnyModelJob.extend({
    kind: z.literal('index_check'),
    /** Repair the differences, too. */
    mend: z.boolean().optional(),
  }),
  AnyModelJob.extend({ kind: z.literal('index_move'), into: z.enum(['own', 'shared']).optional() }),
]);

/** Long work in the background. */
export type Job = z.output<typeof JobSchema>;
type JobsByKind = { [Kind in JobKind]: Extract<Job, { kind: Kind }> };
export type JobOf<Kind extends JobKind> = JobsByKind[Kind];
export type TenantPurge = JobOf<'tenant_purge'>;
export type Redrive = JobOf<'redrive'>;
export type StorageRemoval = JobOf<'storage_removal'>;
export type EventReplay = JobOf<'event_replay'>;
export type WebhookReplay = JobOf<'webhook_replay'>;
export type ModelJob = JobOf<ModelJobKind>;
export type Scan = JobOf<'scan'>;

export const isModelJob = (job: Job): job is ModelJob => MODEL_KINDS.includes(job.kind);
const MODEL_KINDS: readonly JobKind[] = MODEL_JOB_KINDS;
