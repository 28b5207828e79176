// `npm run bench`: what a picture and a search cost, each beside its reference, measured in the same run.
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { program } from '../../infra/local/program.ts';
import { PlainError, step } from '../../infra/local/steps.ts';
import { coldStartRows } from './costs/cold-start.ts';
import { inProcessRows } from './costs/in-process.ts';
import { indexGrowthRows } from './costs/index-growth.ts';
import { ingestRows } from './costs/ingest.ts';
import { loadPictures } from './costs/pictures.ts';
import { type CostRow, costTable } from './costs/row.ts';
import { measureSearches, queriesOf, searchRows } from './costs/searches.ts';
import { secondStartRows } from './costs/second-start.ts';
import { ingest, startStack } from './costs/stack.ts';
import { stepRows } from './costs/steps.ts';

const RESULTS = 'bench/results.json';
const GROUPS = [
  'in-process',
  'steps',
  'ingest',
  'search',
  'cold-start',
  'second-start',
  'index-growth',
] as const;
type Group = (typeof GROUPS)[number];
/** Pictures that are stored first: they start the processes and warm up their compilers. */
const FIRST = 60;
/** Pictures that are only searched for. */
const STRANGERS = 16;

const { values: options } = parseArgs({
  options: {
    photos: { type: 'string' },
    pictures: { type: 'string', default: '120' },
    only: { type: 'string', default: GROUPS.join(',') },
  },
});

await program(async (cleanups) => {
  const only = options.only.split(',').map((name) => GROUPS.find((group) => group === name));
  const count = Number(options.pictures);
  if (only.includes(undefined) || !(count >= STRANGERS))
    throw new PlainError(
      `usage: npm run bench -- [--photos DIR] [--pictures STORED, at least ${STRANGERS}] [--only ${GROUPS.join(',')}]`,
    );
  const wants = (...groups: Group[]) => groups.some((group) => only.includes(group));
  const pictures = await step('Loading the pictures', () =>
    loadPictures(options.photos, FIRST + count + STRANGERS),
  );
  if (pictures.length < FIRST + 2 * STRANGERS)
    throw new PlainError(`${pictures.length} pictures are too few: ${FIRST + 2 * STRANGERS} are needed.`);
  const strangers = pictures.slice(-STRANGERS);
  const [first, further] = [pictures.slice(0, FIRST), pictures.slice(FIRST, -STRANGERS)];

  const rows: CostRow[] = [];
  if (wants('in-process'))
    rows.push(...(await step('Measuring in one process', () => inProcessRows(further))));
  if (wants('steps'))
    rows.push(...(await step('Running the steps of ingest', () => stepRows(further, cleanups))));
  if (wants('ingest', 'search', 'cold-start')) {
    const stack = await startStack(cleanups);
    await step(`Storing ${FIRST} pictures`, () => ingest(stack, first));
    const searches = async (run: number) => measureSearches(stack, await queriesOf(first, strangers, run));
    if (wants('search')) await searches(-1); // starts the process
    const small = await searches(0);
    if (wants('ingest', 'search'))
      rows.push(
        ...(await step(`Storing ${further.length} more, measured`, () => ingestRows(stack, further))),
      );
    const stored = [...first, ...further];
    if (wants('search'))
      rows.push(
        ...(await step('Searching', () => searchRows(stack, { stored, strangers }, { small, few: FIRST }))),
      );
    if (wants('cold-start'))
      rows.push(...(await step('Starting the search function anew', () => coldStartRows(stack))));
    await cleanups.run();
  }
  if (wants('second-start')) rows.push(...(await step('Running npm start twice', secondStartRows)));
  if (wants('index-growth')) rows.push(...(await step('Filling an index', indexGrowthRows)));

  const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, load ${loadavg()
    .map((load) => load.toFixed(1))
    .join(', ')}`;
  console.log(`\n${machine}\n\n${costTable(rows)}`);
  await mkdir(dirname(RESULTS), { recursive: true });
  await writeFile(RESULTS, `${JSON.stringify({ machine, rows }, undefined, 2)}\n`);
  console.log(`\nWritten to ${RESULTS}.`);
  return 0;
});
