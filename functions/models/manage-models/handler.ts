import * as api from '#shared/contracts/http/models.ts';
import { idempotentOperatorGuards } from '#shared/guards/guards.ts';
import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import { sqsJobs } from '#shared/jobs/sqs-job-queue.ts';
import { tenantId } from '#shared/kernel/ids.ts';
import { lastModelJob, type ModelRequest, startModelJob } from '#shared/models/start-model-job.ts';
import type { Change } from '#shared/runtime/audit.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { operatorRoute } from '#shared/runtime/routes.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const installed = env.DEEPLENS_MODELS;
const jobs = dynamoJobStore({ table: env.ACTIVITY_TABLE });
const ports = {
  ...{ jobs, installed },
  queue: sqsJobs({ queueUrl: env.MODEL_JOBS_QUEUE_URL }),
  tenants: dynamoTenantStore({ table: env.TENANTS_TABLE }),
};
const start = startModelJob(ports);

interface Call {
  params: { name: string };
  recordChange(change: Change): void;
}
async function begin(request: ModelRequest, { recordChange }: Call) {
  const { job_id, status } = await start(request);
  const { model, ...rest } = request;
  recordChange({ target: model, after: { job_id, ...rest } });
  return { job_id, status };
}
const about = ({ params, body: { tenants } }: Call & { body: { tenants?: string[] | undefined } }) => ({
  model: params.name,
  ...(tenants && { tenants: tenants.map(tenantId) }),
});

export const handler = httpFunction(
  [
    operatorRoute(api.listModels, async () => ({
      models: await Promise.all(
        installed.map(async (name, at) => {
          const last = await lastModelJob(ports, name);
          return { name, default: at === 0, ...(last && { last_job_id: last }) };
        }),
      ),
    })),
    operatorRoute(api.migrateToModel, (call) =>
      begin({ kind: 'model_migration', ...about(call), cut_over: call.body.cut_over }, call),
    ),
    operatorRoute(api.rollBackModel, (call) => begin({ kind: 'model_rollback', ...about(call) }, call)),
    operatorRoute(api.rebuildIndex, (call) =>
      begin({ kind: 'index_rebuild', model: call.params.name }, call),
    ),
    operatorRoute(api.checkIndex, (call) =>
      begin({ kind: 'index_check', ...about(call), mend: call.body.mend }, call),
    ),
    operatorRoute(api.moveTenants, (call) =>
      begin({ kind: 'index_move', ...about(call), into: call.body.into }, call),
    ),
  ],
  idempotentOperatorGuards(env),
);
