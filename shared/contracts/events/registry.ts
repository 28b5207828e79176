import { DuplicatesFoundV1 } from './duplicates-found.v1.ts';
import { ImagesFailedV1 } from './images-failed.v1.ts';
import { ImagesIndexedV1 } from './images-indexed.v1.ts';
import { ImagesProcessedV1 } from './images-processed.v1.ts';
import { ImagesUploadedV1 } from './images-uploaded.v1.ts';
import { ImagesValidatedV1 } from './images-validated.v1.ts';
import { TenantUsageV1 } from './tenant-usage.v1.ts';

/** Every event that goes over a wire between functions, by type. The keys are the filter of each subscription. */
export const EVENTS = {
  'images.uploaded': ImagesUploadedV1,
  'images.validated': ImagesValidatedV1,
  'images.processed': ImagesProcessedV1,
  'images.indexed': ImagesIndexedV1,
  'images.failed': ImagesFailedV1,
  'duplicates.found': DuplicatesFoundV1,
  'tenant.usage': TenantUsageV1,
} as const;

export type EventType = keyof typeof EVENTS;
export type {
  DuplicatesFoundV1,
  ImagesFailedV1,
  ImagesIndexedV1,
  ImagesProcessedV1,
  ImagesUploadedV1,
  ImagesValidatedV1,
  TenantUsageV1,
};

/** Any event that we publish. */
export type DeepLensEvent =
  | ImagesUploadedV1
  | ImagesValidatedV1
  | ImagesProcessedV1
  | ImagesIndexedV1
  | ImagesFailedV1
  | DuplicatesFoundV1
  | TenantUsageV1;
