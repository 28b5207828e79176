// `npm run bench:search`: measures recall and latency of both indexes, and the time that the service adds.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { program } from '../../infra/local/program.ts';
import { PlainError } from '../../infra/local/steps.ts';
import { INDEXES, type IndexName, type OpenIndex } from './search/indexes.ts';
import { imageLibrary } from './search/library.ts';
import { measureFunction } from './search/measure-function.ts';
import { type IndexFigures, measureIndex } from './search/measure-index.ts';
import { functionRows, growthRows, indexRows, searchTable } from './search/rows.ts';
import { querySetsOf } from './search/truth.ts';

const RESULTS = 'bench/search.json';

const { values: options } = parseArgs({
  options: {
    vectors: { type: 'string', default: '1000,10000,100000' },
    adapters: { type: 'string', default: 'lancedb,opensearch' },
    /** Per tenant. */
    queries: { type: 'string', default: '100' },
  },
});

const isIndexName = (name: string): name is IndexName => name in INDEXES;

await program(async (cleanups) => {
  const names = options.adapters.split(',').filter(isIndexName);
  const sizes = options.vectors.split(',').map(Number);
  const queries = Number(options.queries);
  if (names.length === 0 || ![...sizes, queries].every((each) => each >= 1)) {
    throw new PlainError(
      'usage: npm run bench:search -- [--vectors 1000,10000,100000] [--adapters lancedb,opensearch] [--queries OF EACH TENANT]',
    );
  }
  const folder = await mkdtemp(join(tmpdir(), 'deeplens-bench-'));
  cleanups.add(() => rm(folder, { recursive: true, force: true }));
  let open: Promise<OpenIndex> | undefined;
  const close = async () => (await open)?.close();
  cleanups.add(close);

  const inFunction = await measureFunction(folder);
  const figures: IndexFigures[] = [];
  for (const vectors of sizes) {
    const library = imageLibrary(vectors, queries);
    const querySets = querySetsOf(library);
    for (const name of names) {
      open = INDEXES[name]();
      figures.push(await measureIndex(name, await open, library, querySets));
      await close();
      open = undefined;
    }
  }

  const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const rows = [...figures.flatMap(indexRows), ...growthRows(figures), ...functionRows(inFunction)];
  console.log(`\n${machine}\n\n${searchTable(rows)}`);
  await mkdir(dirname(RESULTS), { recursive: true });
  await writeFile(RESULTS, `${JSON.stringify({ machine, rows }, undefined, 2)}\n`);
  console.log(`\nWritten to ${RESULTS}.`);
  return 0;
});
