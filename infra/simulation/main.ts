// `npm run simulate`: the policies of prod's templates against bursts, noisy tenants, cold starts and lost instances.
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { environment } from '../config/choose-environment.ts';
import { exampleInputs } from '../cost/example-inputs.ts';
import { resourcesOf } from '../cost/resources.ts';
import { policiesOf } from './policies.ts';
import { SERVICE_TIMES } from './service-times.ts';
import { simulate } from './simulate.ts';

const USAGE = `usage: npm run simulate -- [--env prod] [--gpu 100] [--start 300] [--min-tasks N] [--max-tasks N]

  --gpu IMAGES      a second, of a worker
  --start SECONDS   from a wanted task to its first image
  --min-tasks N, --max-tasks N   instead of the templates'`;

const Options = z.object({
  env: z.enum(['staging', 'prod'], 'only staging and prod have workers on GPUs'),
  gpu: z.coerce.number().positive().max(1e5),
  start: z.coerce.number().min(0).max(3600),
  'min-tasks': z.coerce.number().int().min(0).max(1000).optional(),
  'max-tasks': z.coerce.number().int().min(1).max(1000).optional(),
});

try {
  const { values } = parseArgs({
    options: {
      env: { type: 'string', default: 'prod' },
      gpu: { type: 'string', default: String(SERVICE_TIMES.gpuImagesPerSecond) },
      start: { type: 'string', default: String(SERVICE_TIMES.workerStart) },
      'min-tasks': { type: 'string' },
      'max-tasks': { type: 'string' },
    },
  });
  const { env, gpu, start, ...tasks } = Options.parse(values);
  const policies = policiesOf(env, resourcesOf(environment(env, exampleInputs(env))));
  const worker = {
    ...policies.worker,
    ...(tasks['min-tasks'] !== undefined && { minTasks: tasks['min-tasks'] }),
    ...(tasks['max-tasks'] !== undefined && { maxTasks: tasks['max-tasks'] }),
  };
  const times = { ...SERVICE_TIMES, gpuImagesPerSecond: gpu, workerStart: start };
  const { pipeline, searches } = simulate({ ...policies, worker }, times);
  console.log(`${pipeline}\n\n${searches}`);
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(`${error instanceof z.ZodError ? z.prettifyError(error) : error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
