import { AnyEvent } from '#shared/contracts/events/envelope.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { subjectOf } from '#shared/runtime/message-log.ts';
import { each, queueFunction } from '#shared/runtime/queue.ts';
import { logger } from '#shared/runtime/telemetry.ts';
import { dynamoDeliveryStore } from '#shared/webhooks/dynamodb-delivery-store.ts';
import { dynamoEndpointStore } from '#shared/webhooks/dynamodb-endpoint-store.ts';
import { fanOut } from '#shared/webhooks/fan-out.ts';
import { sqsAttemptQueue } from '#shared/webhooks/sqs-attempt-queue.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const toEndpoints = fanOut({
  endpoints: dynamoEndpointStore({ table: env.TENANTS_TABLE }),
  deliveries: dynamoDeliveryStore({ table: env.ACTIVITY_TABLE }),
  queue: sqsAttemptQueue({ queueUrl: env.WEBHOOK_ATTEMPTS_QUEUE_URL }),
  report: (event, { webhook_id, delivery_id }) =>
    logger.info('delivery made', { ...subjectOf(event), webhook_id, delivery_id }),
});

export const handler = queueFunction({ body: AnyEvent, run: each(({ body }) => toEndpoints(body)) });
