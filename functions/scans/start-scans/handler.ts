import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import { sqsJobs } from '#shared/jobs/sqs-job-queue.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { scheduledFunction } from '#shared/runtime/schedule.ts';
import { logger } from '#shared/runtime/telemetry.ts';
import { startDueScans } from '#shared/scans/start-due-scans.ts';
import { startScan } from '#shared/scans/start-scan.ts';
import { dynamoStorageStore } from '#shared/storages/dynamodb-storage-store.ts';
import { dynamoSwitchStore } from '#shared/switches/dynamodb-switch-store.ts';
import { readSwitches } from '#shared/switches/read-switches.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const storages = dynamoStorageStore({ table: env.TENANTS_TABLE });

const switches = readSwitches(dynamoSwitchStore({ table: env.ACTIVITY_TABLE }));
const start = startDueScans({
  storages,
  tenants: dynamoTenantStore({ table: env.TENANTS_TABLE }),
  start: startScan({
    storages,
    jobs: dynamoJobStore({ table: env.ACTIVITY_TABLE }),
    queue: sqsJobs({ queueUrl: env.SCANS_QUEUE_URL }),
  }),
  report: ({ tenant_id, storage_id }, error) =>
    logger.error('scan not started', { tenant_id, storage_id, error }),
  budgetSeconds: env.START_SCANS_BUDGET_SECONDS,
  concurrency: 4,
});

/** A location that is due stays so while imports are paused. */
export const handler = scheduledFunction({
  run: async () => ((await switches.isPaused('imports')) ? { removed: 0, failed: 0 } : start()),
});
