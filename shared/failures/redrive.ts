import type { ImageRecord } from '#shared/images/image-record.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import type { Redrive } from '#shared/jobs/job.ts';
import type { JobWriter } from '#shared/jobs/job-writer.ts';
import type { JobRunner } from '#shared/jobs/run-job.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { isRetryable, Problem } from '#shared/kernel/problems.ts';
import { isUsable } from '#shared/tenants/tenant.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import { isMendable, type RetryPorts, retryImage } from './retry-image.ts';

export interface RedrivePorts extends RetryPorts {
  imageStore: RetryPorts['imageStore'] & Pick<ImageStore, 'list'>;
  tenants: Pick<TenantStore, 'get' | 'list'>;
  now: () => Date;
}

/** Images per page: a run of the function lasts for many. */
const PAGE = 50;

/**
 * Retries the failed images that pass a filter, of one tenant or of all: first it counts them (`found`, and `not_mendable`
 * for those whose own fault it is), then it sends them, page by page. A page is written down before it is sent; one that is
 * interrupted is sent again as a whole.
 */
export const redrive = (ports: RedrivePorts): JobRunner<'redrive'> => ({
  retries: 'job',
  async advance(writer) {
    if (writer.job.pending) await sendPending(ports, writer);
    const place = await currentPlace(ports, writer.job);
    if (!place) return endPass(ports, writer);
    const { records, next } = await readPage(ports, writer.job, place);
    if (writer.job.step === 'count') await count(writer, records, next);
    else await take(writer, place.tenant_id, records, next);
    return 0;
  },
});

type Writer = JobWriter<Redrive>;
type Place = NonNullable<Redrive['place']>;
/** `end`: every tenant was read. */
type Next = Place | 'end';

/** Returns the page to read; undefined after the last. */
async function currentPlace(
  ports: RedrivePorts,
  { place, tenant_id, step }: Redrive,
): Promise<Place | undefined> {
  if (place) return place;
  if (step.endsWith(ENDED)) return undefined;
  return tenant_id === undefined ? tenantAt(ports, undefined) : { tenant_id };
}

/** The suffix of a step whose pages were all read. */
const ENDED = ':ended';

async function tenantAt({ tenants }: RedrivePorts, cursor: string | undefined): Promise<Place | undefined> {
  const { items, nextCursor } = await tenants.list({ cursor, limit: 1 });
  const [tenant] = items;
  return (
    tenant && { tenant_id: tenant.tenant_id, ...(nextCursor !== undefined && { next_tenant: nextCursor }) }
  );
}

async function readPage(
  ports: RedrivePorts,
  { stage, code, since }: Redrive,
  place: Place,
): Promise<{ records: ImageRecord[]; next: Next }> {
  const { tenant_id: tenant, cursor, next_tenant } = place;
  const owner = await ports.tenants.get(tenant);
  const { items, nextCursor } =
    owner && isUsable(owner)
      ? await ports.imageStore.list(tenant, {
          status: stage === 'duplicates' ? 'indexed' : 'failed',
          failureStage: stage,
          ...(code && { failureCode: code }),
          ...(cursor !== undefined && { cursor }),
          ascending: true,
          limit: PAGE,
        })
      : { items: [] };
  const records = items.filter(({ updated_at }) => since === undefined || updated_at >= since);
  if (nextCursor !== undefined) return { records, next: { ...place, cursor: nextCursor } };
  const following = next_tenant === undefined ? undefined : await tenantAt(ports, next_tenant);
  return { records, next: following ?? 'end' };
}

const moveTo = (step: string, next: Next): Pick<Redrive, 'step' | 'place'> =>
  next === 'end' ? { step: `${step}${ENDED}`, place: undefined } : { step, place: next };

async function count(writer: Writer, records: readonly ImageRecord[], next: Next): Promise<void> {
  const { found = 0, not_mendable = 0 } = writer.job.progress;
  const mendable = records.filter(isMendable).length;
  await writer.write({
    progress: {
      ...writer.job.progress,
      found: found + mendable,
      not_mendable: not_mendable + records.length - mendable,
    },
    ...moveTo('count', next),
  });
}

async function take(
  writer: Writer,
  tenant: TenantId,
  records: readonly ImageRecord[],
  next: Next,
): Promise<void> {
  const images = records.filter(isMendable).map(({ image_id }) => image_id);
  await writer.write({
    ...(images.length > 0 && { pending: { tenant_id: tenant, images } }),
    ...moveTo('retry', next),
  });
}

async function sendPending(ports: RedrivePorts, writer: Writer): Promise<void> {
  const { pending, progress } = writer.job;
  if (!pending) return;
  const sent = await Promise.all(pending.images.map((image) => send(ports, pending.tenant_id, image)));
  const retried = sent.filter(Boolean).length;
  await writer.write({
    pending: undefined,
    progress: {
      ...progress,
      retried: (progress.retried ?? 0) + retried,
      left_alone: (progress.left_alone ?? 0) + sent.length - retried,
    },
  });
}

/** @returns false if the image needs no retry any more, or is gone */
async function send(ports: RedrivePorts, tenant: TenantId, image: ImageId): Promise<boolean> {
  try {
    await retryImage(ports)(tenant, image);
    return true;
  } catch (error) {
    if (!(error instanceof Problem) || isRetryable(error)) throw error;
    return false;
  }
}

/** Ends the count, or the job. */
async function endPass({ now }: RedrivePorts, writer: Writer): Promise<number | 'done'> {
  const { step, dry_run = false, progress } = writer.job;
  if (step === `count${ENDED}` && !dry_run && (progress.found ?? 0) > 0) {
    await writer.write({ step: 'retry' });
    return 0;
  }
  await writer.write({ status: 'completed', step: 'done', finished_at: now().toISOString() });
  return 'done';
}
