import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { problem, type StubApi, startStubApi } from '../../fixtures/stub-api.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** Returns the programs of a page, by their headings. */
const programsOf = async (page: string) =>
  (await readFile(join(ROOT, page), 'utf8')).split(/^## /m).flatMap((section) =>
    Array.from(section.matchAll(/^```ts\n(.*?)^```$/gms), ([, program = '']) => ({
      heading: section.split('\n')[0] ?? '',
      program,
    })),
  );
const PROGRAMS = await programsOf('docs/guide/sdk.md');
/** These are excerpts, which are not run. */
const EXCERPTS = await programsOf('sdk/README.md');
const job = (status: string) => ({ job_id: 'job_1', status, progress: { listed: 3 }, updated_at: status });
const REPLIES = {
  'GET /me': { tenant_id: 'acme', plan: 'pro', scopes: ['deeplens.search'], subject: { kind: 'key' } },
  'POST /search/similarity': { results: [], explanation: { code: 'empty', detail: 'There are no images.' } },
  'POST /search/duplicates': {
    groups: [{ verdict: 'exact', images: [{ image_id: 'img_1' }] }],
    total_groups: 1,
  },
  'POST /index/scan': { job_id: 'job_1', status: 'queued' },
  'GET /jobs/job_1': job('completed'),
  'GET /images/img_2': { image_id: 'img_2', status: 'indexed' },
  'GET /images/img_01JCZ8M3P7Q4R5S6T7V8W9X0Y1': problem(404, 'not_found'),
};

let api: StubApi;
let folder: string;
beforeAll(async () => {
  api = await startStubApi({ replies: REPLIES });
  await mkdir(join(ROOT, '.deeplens'), { recursive: true });
  // Within the checkout, so that its packages are found.
  folder = await mkdtemp(join(ROOT, '.deeplens/guide-'));
  await mkdir(join(folder, 'photographs'));
  for (const name of ['flower.jpg', 'tree.JPEG', 'notes.txt'])
    await writeFile(join(folder, 'photographs', name), `bytes of ${name}`);
  await Promise.all(
    [...PROGRAMS, ...EXCERPTS].map(({ program }, index) => writeFile(join(folder, `${index}.ts`), program)),
  );
});
afterAll(async () => {
  await api?.stop();
  await rm(folder, { recursive: true, force: true });
});

const run = (index: number) =>
  promisify(execFile)(process.execPath, [`${index}.ts`], {
    cwd: folder,
    env: { ...process.env, DEEPLENS_BASE_URL: api.url, DEEPLENS_API_KEY: 'dl_live_k_s' },
  });

test('the programs of the guide and of the package’s page have the types that they need', () => {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const files = [...PROGRAMS, ...EXCERPTS].map((_, index) => join(folder, `${index}.ts`));
  const checked = ts.createProgram(files, { ...options, incremental: false, noUnusedLocals: false });
  const messages = ts
    .getPreEmitDiagnostics(checked)
    .map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
  expect(messages).toEqual([]);
  expect(files.length).toBeGreaterThan(8);
});

test.each(PROGRAMS.map(({ heading }, index) => [heading, index] as const))('%s runs', async (_, index) => {
  const { stderr } = await run(index);
  expect(stderr).not.toContain('Error');
});

test('the program that uploads does only the rest when it is run again', async () => {
  const index = PROGRAMS.findIndex(({ heading }) => heading === 'Upload');
  expect((await run(index)).stdout).toContain('2 images are indexed');
  expect([...api.images.values()].map(({ posts }) => posts)).toEqual([1, 1]);
});
