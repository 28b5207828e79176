import { DuplicatesFoundV1 } from './duplicates-found.v1.ts';
import { ImagesFailedV1 } from './images-failed.v1.ts';
import { ImagesIndexedV1 } from './images-indexed.v1.ts';
import { ImagesProcessedV1 } from './images-processed.v1.ts';
import { ImagesUploadedV1 } from './images-uploaded.v1.ts';
import { ImagesValidatedV1 } from './images-validated.v1.ts';
import { JobCompletedV1 } from './job-completed.v1.ts';
import { TenantUsageV1 } from './tenant-usage.v1.ts';
import { UsageThresholdV1 } from './usage-threshold.v1.ts';
import { WebhookDisabledV1 } from './webhook-disabled.v1.ts';
import { WebhookFailingV1 } from './webhook-failing.v1.ts';

/** The schema of every event, by type. Subscriptions filter by these types. */
export const EVENTS = {
  'images.uploaded': ImagesUploadedV1,
  'images.validated': ImagesValidatedV1,
  'images.processed': ImagesProcessedV1,
  'images.indexed': ImagesIndexedV1,
  'images.failed': ImagesFailedV1,
  'duplicates.found': DuplicatesFoundV1,
  'tenant.usage': TenantUsageV1,
  'job.completed': JobCompletedV1,
  'usage.threshold': UsageThresholdV1,
  'webhook.failing': WebhookFailingV1,
  'webhook.disabled': WebhookDisabledV1,
} as const;

export type EventType = keyof typeof EVENTS;

/** Days that the archive keeps an event, by type; other types are not archived. */
export const ARCHIVE_DAYS = {
  'images.uploaded': 7,
  'images.validated': 7,
  'images.processed': 7,
  'images.indexed': 7,
  'images.failed': 30,
  'duplicates.found': 30,
  'tenant.usage': 90,
} as const satisfies Partial<Record<EventType, number>>;

export type {
  DuplicatesFoundV1,
  ImagesFailedV1,
  ImagesIndexedV1,
  ImagesProcessedV1,
  ImagesUploadedV1,
  ImagesValidatedV1,
  JobCompletedV1,
  TenantUsageV1,
  UsageThresholdV1,
  WebhookDisabledV1,
  WebhookFailingV1,
};

/** Any published event. */
export type DeepLensEvent =
  | ImagesUploadedV1
  | ImagesValidatedV1
  | ImagesProcessedV1
  | ImagesIndexedV1
  | ImagesFailedV1
  | DuplicatesFoundV1
  | TenantUsageV1
  | JobCompletedV1
  | UsageThresholdV1
  | WebhookDisabledV1
  | WebhookFailingV1;
