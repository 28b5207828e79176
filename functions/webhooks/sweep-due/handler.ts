import { emit } from '#shared/runtime/emit.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { scheduledFunction } from '#shared/runtime/schedule.ts';
import { logger } from '#shared/runtime/telemetry.ts';
import { dynamoSwitchStore } from '#shared/switches/dynamodb-switch-store.ts';
import { readSwitches } from '#shared/switches/read-switches.ts';
import { dynamoDeliveryStore } from '#shared/webhooks/dynamodb-delivery-store.ts';
import { sqsAttemptQueue } from '#shared/webhooks/sqs-attempt-queue.ts';
import { sweepDue } from '#shared/webhooks/sweep-due.ts';
import { Env } from './env.ts';

const env = readEnv(Env);

const switches = readSwitches(dynamoSwitchStore({ table: env.ACTIVITY_TABLE }));
const sweep = sweepDue({
  deliveries: dynamoDeliveryStore({ table: env.ACTIVITY_TABLE }),
  queue: sqsAttemptQueue({ queueUrl: env.WEBHOOK_ATTEMPTS_QUEUE_URL }),
  recordOldest: (seconds) => emit('webhook_oldest_due_seconds', seconds, { scope: 'all' }),
  report: (delivery, error) => logger.error('delivery not queued', { ...delivery, error }),
  budgetSeconds: env.SWEEP_DUE_BUDGET_SECONDS,
  concurrency: 16,
});

/** What is due stays so while webhooks are paused. */
export const handler = scheduledFunction({
  run: async () => ((await switches.isPaused('webhooks')) ? { removed: 0, failed: 0 } : sweep()),
});
