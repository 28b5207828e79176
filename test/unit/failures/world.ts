import type { StageQueues } from '#shared/failures/stage-queues.ts';
import type { Failure, ImageRecord } from '#shared/images/image-record.ts';
import { type TenantId, tenantId } from '#shared/kernel/ids.ts';
import type { RetriedStage } from '#shared/kernel/vocabulary.ts';
import { addActiveTenant } from '../../fixtures/active-tenant.ts';
import { announcedImage } from '../../fixtures/image-record.ts';
import { memoryBlobs } from '../../memory/blobs.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { memoryTenantStore } from '../../memory/tenant-store.ts';

export const NOW = '2026-03-01T12:00:00.000Z';
export const ACME = tenantId('acme');

/** A message that a stage was sent. */
export interface Sent {
  stage: RetriedStage;
  tenant: TenantId;
  body: unknown;
}

/** Images that failed, the queues that retry them, and tenants, in memory. */
export function newWorld() {
  const sent: Sent[] = [];
  const queueOf = (stage: RetriedStage) => ({
    send: async (tenant: TenantId, body: unknown) => void sent.push({ stage, tenant, body }),
  });
  const queues: StageQueues = {
    validation: queueOf('validation'),
    embedding: queueOf('embedding'),
    indexing: queueOf('indexing'),
    duplicates: queueOf('duplicates'),
  };
  const [imageStore, blobs, tenants] = [memoryImageStore(), memoryBlobs(), memoryTenantStore()];
  const ports = { imageStore, blobs, tenants, queues, now: () => new Date(NOW) };

  /** Adds an image that failed at a stage with the message `{image}`. */
  async function addFailed(
    failure: Partial<Failure> = {},
    known: Partial<ImageRecord> = {},
    at = NOW,
  ): Promise<ImageRecord> {
    const whole: Failure = {
      ...{ stage: 'embedding', code: 'dependency_unavailable', detail: 'It was down.' },
      ...{ retryable: true, attempts: 32 },
      ...failure,
    };
    const isUndetected = whole.stage === 'duplicates';
    const record = announcedImage({ status: isUndetected ? 'indexed' : 'validated', ...known });
    const { tenant_id, image_id } = record;
    await imageStore.create(record);
    const { fail, noteFailure } = imageStore;
    await (isUndetected ? noteFailure : fail)(tenant_id, image_id, whole, at, { image: image_id });
    return record;
  }
  const addTenant = (tenant: TenantId) => addActiveTenant(tenants, tenant, 'pro');
  return { sent, ports, imageStore, blobs, tenants, addTenant, addFailed };
}
