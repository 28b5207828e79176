import * as api from '#shared/contracts/http/models.ts';
import { operatorGuards } from '#shared/guards/guards.ts';
import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import type { ModelJob } from '#shared/jobs/job.ts';
import { sqsJobs } from '#shared/jobs/sqs-job-queue.ts';
import { jobId, tenantId } from '#shared/kernel/ids.ts';
import {
  cancelModelJob,
  type ModelRequest,
  operatorsSubject,
  startModelJob,
} from '#shared/models/start-model-job.ts';
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
const cancel = cancelModelJob(ports);

type Asked = { tenants?: string[] | undefined } & Omit<ModelRequest, 'kind' | 'model' | 'tenants'>;
interface Call {
  params: { name: string };
  recordChange(entry: { target: string; after: Record<string, unknown> }): void;
}
async function begin(
  kind: ModelRequest['kind'],
  { params, recordChange }: Call,
  { tenants, ...more }: Asked = {},
) {
  const named = tenants && { tenants: tenants.map(tenantId) };
  const job = await start({ kind, model: params.name, ...named, ...more });
  recordChange({ target: params.name, after: { job_id: job.job_id, kind, ...named, ...more } });
  return started(job);
}
const started = ({ job_id, status }: ModelJob) => ({ job_id, status });

export const handler = httpFunction(
  [
    operatorRoute(api.listModels, async () => ({
      models: await Promise.all(
        installed.map(async (name, at) => {
          const last = await jobs.latest(operatorsSubject({ model: name }));
          return { name, default: at === 0, ...(last && { last_job_id: last }) };
        }),
      ),
    })),
    operatorRoute(api.migrateToModel, (call) => begin('model_migration', call, call.body)),
    operatorRoute(api.rollBackModel, (call) => begin('model_rollback', call, call.body)),
    operatorRoute(api.rebuildIndex, (call) => begin('index_rebuild', call)),
    operatorRoute(api.checkIndex, (call) => begin('index_check', call, call.body)),
    operatorRoute(api.moveTenants, (call) => begin('index_move', call, call.body)),
    operatorRoute(api.cancelJob, async ({ params, recordChange }) => {
      const job = await cancel(jobId(params.job_id));
      recordChange({ target: job.model, after: { job_id: job.job_id, status: job.status } });
      return started(job);
    }),
  ],
  operatorGuards(env),
);
