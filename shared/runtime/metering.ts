import { newEvent } from '#shared/contracts/events/new-event.ts';
import type { Operation } from '#shared/contracts/http/operation.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import type { UploadGrant } from './limits.ts';
import { countForAlarm, logger } from './telemetry.ts';

/** A call that was let in. */
interface LetIn {
  operation: Operation;
  tenant: TenantId;
  /** Of this call alone: told twice, it is counted once. */
  id: string;
  correlationId: string;
  uploads: UploadGrant | undefined;
}

/**
 * Tells that a call was made. A call is served also where this fails: the log line then holds all that is needed to
 * count it later.
 */
export async function meterCall(
  publisher: EventPublisher,
  { operation, tenant, id, correlationId, uploads }: LetIn,
): Promise<void> {
  const event = newEvent('tenant.usage', {
    tenant,
    subject: operation.id,
    correlationId,
    time: new Date().toISOString(),
    id: `${id}.tenant.usage`,
    data: { requests: 1, searches: operation.counts?.searches ? 1 : 0, uploads: uploads?.granted ?? 0 },
  });
  try {
    await publisher.publish(tenant, [event]);
  } catch (error) {
    countForAlarm('usage_untold');
    logger.error('usage not told', { event, error });
  }
}
