import { z } from 'zod';
import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import { sqsJobs } from '#shared/jobs/sqs-job-queue.ts';
import { JOB_ID_PATTERN, jobId } from '#shared/kernel/ids.ts';
import { dynamoTenantData } from '#shared/purges/dynamodb-tenant-data.ts';
import { purgeTenant } from '#shared/purges/purge-tenant.ts';
import { placesBesideTables } from '#shared/purges/tenant-places.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { each, queueFunction } from '#shared/runtime/queue.ts';
import { apiGatewayUsagePlans } from '#shared/tenants/api-gateway-usage-plans.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { ssmPlanIds } from '#shared/tenants/ssm-plan-ids.ts';
import { openVectorIndex } from '#shared/vector-index/open.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const usagePlans = apiGatewayUsagePlans({ planIds: ssmPlanIds(env.USAGE_PLANS_PARAMETER) });
const blobs = s3Blobs({ bucket: env.IMAGES_BUCKET });
const index = await openVectorIndex(env);
const purge = purgeTenant({
  tenants: dynamoTenantStore({ table: env.TENANTS_TABLE }),
  jobs: dynamoJobStore({ table: env.ACTIVITY_TABLE }),
  queue: sqsJobs({ queueUrl: env.PURGES_QUEUE_URL }),
  places: [...placesBesideTables({ usagePlans, index, blobs }), ...dynamoTenantData(env)],
  settleSeconds: env.PURGE_SETTLE_SECONDS,
  budgetSeconds: env.PURGE_BUDGET_SECONDS,
});

export const handler = queueFunction({
  body: z.object({ job_id: z.string().regex(JOB_ID_PATTERN) }),
  run: each(({ body, attempts }) => purge(jobId(body.job_id), attempts >= env.PURGES_MAX_RECEIVES)),
});
