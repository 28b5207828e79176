import { z } from 'zod';
import { apiGatewayUsagePlans } from '#shared/auth/api-gateway.ts';
import { ssmPlanIds } from '#shared/auth/plan-ids.ts';
import { s3Blobs } from '#shared/blobs/s3.ts';
import { dynamoJobs } from '#shared/catalog/dynamodb-jobs.ts';
import { dynamoTenantData } from '#shared/catalog/dynamodb-tenant-data.ts';
import { dynamoTenants } from '#shared/catalog/dynamodb-tenants.ts';
import { JOB_ID_PATTERN, jobId } from '#shared/domain/ids.ts';
import { placesBesideTables } from '#shared/flows/tenants/purge-places.ts';
import { purgeTenant } from '#shared/flows/tenants/purge-tenant.ts';
import { sqsJobs } from '#shared/messaging/sqs-jobs.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { each, queueFunction } from '#shared/runtime/queue.ts';
import { openVectorIndex } from '#shared/vector-index/open.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const usagePlans = apiGatewayUsagePlans({ planIds: ssmPlanIds(env.USAGE_PLANS_PARAMETER) });
const blobs = s3Blobs({ bucket: env.PICTURES_BUCKET });
const index = await openVectorIndex(env);
const purge = purgeTenant({
  tenants: dynamoTenants({ table: env.TENANTS_TABLE }),
  jobs: dynamoJobs({ table: env.ACTIVITY_TABLE }),
  queue: sqsJobs({ queueUrl: env.PURGES_QUEUE_URL }),
  places: [...placesBesideTables({ usagePlans, index, blobs }), ...dynamoTenantData(env)],
  settleSeconds: env.PURGE_SETTLE_SECONDS,
  budgetSeconds: env.PURGE_BUDGET_SECONDS,
});

export const handler = queueFunction({
  body: z.object({ job_id: z.string().regex(JOB_ID_PATTERN) }),
  run: each(({ body, attempts }) => purge(jobId(body.job_id), attempts >= env.PURGES_MAX_RECEIVES)),
});
