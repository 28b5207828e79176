import type { Connectors } from '#shared/connectors/connectors.ts';
import type { Credentials } from '#shared/connectors/credentials.ts';
import type { ImageRecord } from '#shared/images/image-record.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import type { JobStore } from '#shared/jobs/job-store.ts';
import type { ImageId, StorageId, TenantId } from '#shared/kernel/ids.ts';
import type { FairQueue } from '#shared/messaging/fair-queue.ts';
import type { Limiter } from '#shared/rate-limit/limiter.ts';
import type { StorageStore } from '#shared/storages/storage-store.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import type { Catalogue } from './catalogue.ts';
import type { JobErrors } from './job-errors.ts';

/** Reads the credentials of a location; undefined if it has none, as with a role. */
export type ReadCredentials = (tenant: TenantId, storage: StorageId) => Promise<Credentials | undefined>;

export interface ScanPorts {
  catalogue: Catalogue;
  connectors: Connectors;
  credentials: ReadCredentials;
  storages: Pick<StorageStore, 'get' | 'change'>;
  tenants: Pick<TenantStore, 'get'>;
  jobs: Pick<JobStore, 'get'>;
  errors: JobErrors;
  /** Delivers objects to `importObject`. */
  imports: FairQueue;
  imageStore: Pick<ImageStore, 'getMany' | 'quotaUse'>;
  limiter: Pick<Limiter, 'take'>;
  /** Purges an image; also one that is purged, or never was. */
  purge: (tenant: TenantId, image: ImageId) => Promise<void>;
  /** Takes images out of the results of searches, and brings them back. */
  visibility: {
    hide: (tenant: TenantId, record: ImageRecord) => Promise<void>;
    show: (tenant: TenantId, record: ImageRecord) => Promise<void>;
  };
  now: () => Date;
}
