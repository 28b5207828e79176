// `npm run models -- rebuild MODEL`: starts a job about a model and its index, and shows its progress until it ends.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { z } from 'zod';
import { cancelJob, getJob } from '#shared/contracts/http/jobs.ts';
import * as api from '#shared/contracts/http/models.ts';
import { type Api, apiAt } from './api.ts';
import { DEEPLENS_HOME } from './home.ts';
import { readLocalFile } from './local-file.ts';
import { PlainError } from './steps.ts';

const USAGE = `usage: npm run models                                    list the installed models
       npm run models -- migrate MODEL [--tenants A,B]   embed all images with it, and let searches use it
       npm run models -- add MODEL --tenants A,B         the same, but searches keep their model
       npm run models -- rollback MODEL [--tenants A,B]  return to the previous model
       npm run models -- rebuild MODEL                   rebuild its index from the image store
       npm run models -- check MODEL [--tenants A,B]     count missing, extra and stale documents
       npm run models -- repair MODEL [--tenants A,B]    the same, and repair them
       npm run models -- move MODEL --tenants A --into own|shared
       npm run models -- cancel JOB                      cancel a job; its unfinished work is undone

It calls the API that npm start runs, or the one at DEEPLENS_API_URL with DEEPLENS_ADMIN_TOKEN, an operator's token.`;

type Started = z.output<typeof api.migrateToModel.reply.schema>;
type Job = z.output<typeof getJob.reply.schema>;

interface Arguments {
  name: string;
  tenants: { tenants?: string[] };
  into: string | undefined;
}

const VERBS: Record<string, (call: Api, args: Arguments) => Promise<Started>> = {
  migrate: (call, { name, tenants }) => call(api.migrateToModel, { params: { name }, body: tenants }),
  add: (call, { name, tenants }) =>
    call(api.migrateToModel, { params: { name }, body: { ...tenants, cut_over: false } }),
  rollback: (call, { name, tenants }) => call(api.rollBackModel, { params: { name }, body: tenants }),
  rebuild: (call, { name }) => call(api.rebuildIndex, { params: { name } }),
  check: (call, { name, tenants }) => call(api.checkIndex, { params: { name }, body: tenants }),
  repair: (call, { name, tenants }) =>
    call(api.checkIndex, { params: { name }, body: { ...tenants, mend: true } }),
  cancel: (call, { name }) => call(cancelJob, { params: { job_id: name } }),
  move: (call, { name, tenants: { tenants = [] }, into }) => {
    if (into !== 'own' && into !== 'shared') throw new PlainError(USAGE);
    return call(api.moveTenants, { params: { name }, body: { tenants, into } });
  },
};

async function connect(): Promise<Api> {
  const { DEEPLENS_API_URL: url, DEEPLENS_ADMIN_TOKEN: token } = process.env;
  if (url && token) return apiAt(url, { authorization: `Bearer ${token}` });
  const local = await readLocalFile(DEEPLENS_HOME);
  if (!local) throw new PlainError('DeepLens is not running here: npm start');
  return apiAt(local.api_url, { authorization: `Bearer ${local.admin_token}` });
}

/** Shows a job until it ends. @returns true if it ends in the wanted status */
async function follow(call: Api, job_id: string, wanted: Job['status']): Promise<boolean> {
  for (let shown = ''; ; await sleep(1_000)) {
    const job = await call(getJob, { params: { job_id } });
    const line = [lineOf(job), ...job.errors.map(({ code, detail }) => `  ${code}: ${detail}`)].join('\n');
    if (line !== shown) console.log(line);
    shown = line;
    if (job.status === 'queued' || job.status === 'running') continue;
    return job.status === wanted;
  }
}

const lineOf = ({ status, progress, at_tenant }: Job): string =>
  [
    status,
    ...Object.entries(progress).map(([kind, count]) => `${kind.replaceAll('_', ' ')} ${count}`),
    ...(at_tenant ? [`at ${at_tenant}`] : []),
  ].join(' · ');

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { tenants: { type: 'string' }, into: { type: 'string' } },
  });
  const [verb, name] = positionals;
  const call = await connect();
  if (verb === undefined) {
    for (const model of (await call(api.listModels)).models)
      console.log(`${model.name}${model.default ? '  (default of new tenants)' : ''}`);
    return 0;
  }
  const start = VERBS[verb];
  if (!start || name === undefined) throw new PlainError(USAGE);
  const tenants = values.tenants ? { tenants: values.tenants.split(',') } : {};
  const { job_id } = await start(call, { name, tenants, into: values.into });
  console.log(job_id);
  return (await follow(call, job_id, verb === 'cancel' ? 'cancelled' : 'completed')) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof PlainError ? `✗ ${error.message}` : error);
  process.exitCode = 1;
}
