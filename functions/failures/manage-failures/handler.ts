import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import * as api from '#shared/contracts/http/failures.ts';
import { retryImage } from '#shared/failures/retry-image.ts';
import { openStageQueues } from '#shared/failures/stage-queues.ts';
import { startRedrive } from '#shared/failures/start-redrive.ts';
import { idempotentGuards } from '#shared/guards/guards.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import { sqsJobs } from '#shared/jobs/sqs-job-queue.ts';
import { imageId, tenantId } from '#shared/kernel/ids.ts';
import { sqsFairQueue } from '#shared/messaging/sqs-fair-queue.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { operatorRoute, tenantRoute } from '#shared/runtime/routes.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const retry = retryImage({
  imageStore: dynamoImageStore({ table: env.IMAGES_TABLE }),
  blobs: s3Blobs({ bucket: env.IMAGES_BUCKET }),
  queues: openStageQueues(env, sqsFairQueue),
});
const start = startRedrive({
  tenants: dynamoTenantStore({ table: env.TENANTS_TABLE }),
  jobs: dynamoJobStore({ table: env.ACTIVITY_TABLE }),
  queue: sqsJobs({ queueUrl: env.REDRIVES_QUEUE_URL }),
});

export const handler = httpFunction(
  [
    tenantRoute(api.retryImage, ({ tenant, params }) => retry(tenant, imageId(params.image_id))),
    operatorRoute(api.redriveFailures, async ({ body, recordChange }) => {
      const { tenant_id, ...filter } = body;
      const { job_id, status } = await start({
        ...filter,
        ...(tenant_id !== undefined && { tenant_id: tenantId(tenant_id) }),
      });
      recordChange({ target: job_id, after: body });
      return { job_id, status };
    }),
  ],
  idempotentGuards(env),
);
