import { newEvent } from '#shared/contracts/events/new-event.ts';
import type { Operation } from '#shared/contracts/http/operation.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import type { HttpRequest } from './call.ts';
import { correlationIdOf } from './correlation.ts';
import { emit } from './emit.ts';
import type { Used } from './limits.ts';
import { logger } from './telemetry.ts';

/** A call that passed the policy and the limits. */
interface AdmittedCall {
  operation: Operation;
  tenant: TenantId;
  request: HttpRequest;
  used: Used;
}

/**
 * Publishes `tenant.usage` for a call: one that failed or repeats another is a request only. The call is served even if publishing fails: the
 * log line then holds the event, to count the call later. The event's id is derived from the request's, so a repeated delivery is counted once.
 */
export async function meterCall(
  publisher: EventPublisher,
  { operation, tenant, request, used }: AdmittedCall,
): Promise<void> {
  const event = newEvent('tenant.usage', {
    tenant,
    subject: operation.id,
    correlationId: correlationIdOf(request.event),
    time: new Date().toISOString(),
    id: `${request.context.awsRequestId}.tenant.usage`,
    data: { requests: 1, ...used },
  });
  try {
    await publisher.publish(tenant, [event]);
  } catch (error) {
    emit('usage_unmetered_total', 1, { scope: 'all' });
    logger.error('usage not published', { event, error });
  }
}
