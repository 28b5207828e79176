// `npm run cost`: what an environment costs a month, by its own templates and AWS's list prices.
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { PLAN_NAMES } from '#shared/kernel/plans.ts';
import { environment } from '../config/choose-environment.ts';
import { exampleInputs } from './example-inputs.ts';
import { marginOf } from './margins.ts';
import { monthlyCost } from './monthly-cost.ts';
import { resourcesOf } from './resources.ts';
import { costTable, marginTable, unitTable } from './tables.ts';

const USAGE = `usage: npm run cost -- [--env prod] [--images 10e6] [--searches-per-second 100]
                   [--new-images 0] [--file-bytes 1e6] [--models 1] [--units] [--margins]

  --images NUMBER               images that are stored
  --searches-per-second NUMBER  day and night, on average
  --new-images NUMBER           brought in per month
  --units                       also what a million calls, searches and images cost, part by part
  --margins                     also what full tenants of each plan cost and pay`;

const amount = (most: number) => z.coerce.number().min(0).max(most);
const Options = z.object({
  env: z.string().max(20),
  images: amount(1e12),
  'searches-per-second': amount(1e6),
  'new-images': amount(1e12),
  'file-bytes': amount(1e9),
  models: amount(10),
  units: z.boolean(),
  margins: z.boolean(),
});

function read() {
  const { values } = parseArgs({
    options: {
      env: { type: 'string', default: 'prod' },
      images: { type: 'string', default: '0' },
      'searches-per-second': { type: 'string', default: '0' },
      'new-images': { type: 'string', default: '0' },
      'file-bytes': { type: 'string', default: '1e6' },
      models: { type: 'string', default: '1' },
      units: { type: 'boolean', default: false },
      margins: { type: 'boolean', default: false },
    },
  });
  return Options.parse(values);
}

try {
  const options = read();
  if (options.env === 'local') throw new Error('Env local costs nothing: it runs on your machine.');
  const chosen = environment(options.env, exampleInputs(options.env));
  const load = {
    images: options.images,
    fileBytes: options['file-bytes'],
    newImages: options['new-images'],
    searchesPerSecond: options['searches-per-second'],
    models: options.models,
  };
  console.log(costTable(monthlyCost(chosen, resourcesOf(chosen), load)));
  if (options.units)
    for (const unit of ['request', 'search', 'upload'] as const) console.log(`\n${unitTable(unit)}`);
  if (options.margins) console.log(`\n${marginTable(PLAN_NAMES.map(marginOf))}`);
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(`${error instanceof z.ZodError ? z.prettifyError(error) : error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
