import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const DIST = join(ROOT, 'sdk/dist');
const BIN = join(ROOT, 'node_modules/.bin');
const MOST_BYTES = 15 * 1024;

let folder: string;
let tarball: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deeplens-package-'));
  const { stdout } = await run('npm', ['pack', DIST, '--json', '--silent'], { cwd: folder });
  const [packed] = JSON.parse(stdout) as { filename: string }[]; // npm documents it
  tarball = join(folder, packed?.filename ?? '');
});
afterAll(() => rm(folder, { recursive: true }));

/** Returns a bundle of code that imports the package, minified as a page would have it. */
async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT },
    alias: { '@deeplens/sdk': DIST },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
const gzipped = (code: string) => gzipSync(code).length;

describe('the package', () => {
  test('has at most 15 KB gzipped, and no module of Node but in ./node', async () => {
    const whole = await bundled("export * from '@deeplens/sdk'; export * from '@deeplens/sdk/webhooks.js';");
    expect(gzipped(whole)).toBeLessThan(MOST_BYTES);
    expect(gzipped(whole)).toBeGreaterThan(5_000);
    const importers = [];
    for (const path of await readdir(DIST, { recursive: true }))
      if (path.endsWith('.js') && /['"]node:/.test(await readFile(join(DIST, path), 'utf8')))
        importers.push(path);
    expect(importers.length).toBeGreaterThan(0);
    expect(importers.filter((path) => !path.startsWith('node/'))).toEqual([]);
  });

  test('leaves out of a bundle what it does not use', async () => {
    const errors = await bundled("import { ApiError } from '@deeplens/sdk'; console.log(ApiError);");
    expect(gzipped(errors)).toBeLessThan(1_000);
    const calls = await bundled("import { ApiClient } from '@deeplens/sdk'; console.log(ApiClient);");
    expect(calls).not.toContain('multipart');
    expect(gzipped(calls)).toBeLessThan(8_000);
  });

  test('has no dependency', async () => {
    const manifest = JSON.parse(await readFile(join(DIST, 'package.json'), 'utf8'));
    expect(Object.keys(manifest).filter((key) => /dependencies/i.test(key))).toEqual([]);
    expect(manifest).not.toHaveProperty('private');
    expect(manifest.version).toBe(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')).version);
  });

  test('is clean for publint', async () => {
    const { messages } = await publint({ pkgDir: DIST, strict: true });
    expect(messages).toEqual([]);
  });

  test('has types that resolve everywhere, for arethetypeswrong', async () => {
    // It has no CommonJS: Node 20 and later load it by `import`.
    await run(join(BIN, 'attw'), [tarball, '--profile', 'esm-only']);
  });
});

const PROGRAM = `
import { ApiError, DeepLens, type Image, type ProblemCode } from '@deeplens/sdk';
import { filesOnDisk, openLedger } from '@deeplens/sdk/node';
import { unwrap } from '@deeplens/sdk/webhooks';

const client = new DeepLens({ baseUrl: 'https://api.example.com/api/v1', apiKey: 'k' });
export async function main(): Promise<Image[]> {
  const page = await client.images.list({ status: 'indexed', ids: ['a'] });
  const { data, requestId } = await client.images.get('img_1').withResponse();
  const status: 'indexed' | 'failed' | string = data.status;
  // @ts-expect-error: not a status
  client.images.list({ status: 'nonsense' }).catch(() => {});
  // @ts-expect-error: not a field
  data.nonsense;
  const results = (await client.search.similarity({ file: new Blob([]), max_results: 3 })).results;
  const verdict: 'exact' | 'edited_copy' | 'similar' | undefined = results[0]?.verdict;
  for await (const outcome of client.uploads.files(filesOnDisk(['a.jpg']), { ledger: await openLedger('l') }))
    if (outcome.status === 'failed') console.log(outcome.error.message, outcome.item.path, verdict, status, requestId);
  const event = await unwrap('{}', {}, 'whsec_');
  if (!event.test && event.type === 'job.completed') console.log(event.data.job_id);
  return [...page.items];
}
export const isRetried = (error: unknown): boolean => error instanceof ApiError && handles(error.code);
const handles = (code: ProblemCode | 'unexpected_response'): boolean => code === 'rate_limited';
`;

describe('an empty project with the packed package', () => {
  let project: string;
  beforeAll(async () => {
    project = join(folder, 'project');
    await mkdir(project);
    await writeFile(join(project, 'package.json'), '{"type":"module","private":true}');
    await writeFile(join(project, 'main.ts'), PROGRAM);
    await run('npm', ['install', tarball, '--no-audit', '--no-fund', '--offline'], { cwd: project });
  });

  test.each([
    ['Node’s resolution', { module: 'nodenext', types: ['node'], lib: ['ES2022'] }],
    ['a bundler’s', { module: 'esnext', moduleResolution: 'bundler', types: [], lib: ['ES2022', 'DOM'] }],
  ])('checks its types with %s', async (_, options) => {
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: false,
      target: 'es2022',
      typeRoots: [join(ROOT, 'node_modules/@types')],
      ...options,
    };
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }));
    const { stdout } = await run(join(BIN, 'tsc'), ['-p', project]).catch(
      ({ stdout }: { stdout: string }) => ({ stdout }),
    );
    expect(stdout).toBe('');
  });

  test('loads it', async () => {
    const program =
      "import { DeepLens, VERSION } from '@deeplens/sdk'; import '@deeplens/sdk/node'; import '@deeplens/sdk/webhooks'; console.log(typeof DeepLens, VERSION)";
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], { cwd: project });
    expect(stdout.trim()).toBe('function 0.1.0');
  });
});

describe('the package of the command line', () => {
  const CLI = join(ROOT, 'cli');
  let packed: string;
  beforeAll(async () => {
    const { stdout } = await run('npm', ['pack', CLI, '--json', '--silent'], { cwd: folder });
    const [{ filename } = { filename: '' }] = JSON.parse(stdout) as { filename: string }[]; // npm documents it
    packed = join(folder, filename);
  });

  test('has one program, without dependencies, and is clean for publint', async () => {
    const { stdout } = await run('tar', ['-tf', packed]);
    expect(stdout.trim().split('\n').sort()).toEqual([
      'package/dist/LICENSE',
      'package/dist/deeplens.cjs',
      'package/package.json',
    ]);
    const manifest = JSON.parse(await readFile(join(CLI, 'package.json'), 'utf8'));
    expect(manifest).not.toHaveProperty('dependencies');
    const { messages } = await publint({ pkgDir: CLI, strict: true });
    expect(messages).toEqual([]);
  });

  test('runs in an empty project', async () => {
    const project = join(folder, 'command-line');
    await mkdir(project);
    await writeFile(join(project, 'package.json'), '{"private":true}');
    await run('npm', ['install', packed, '--no-audit', '--no-fund', '--offline'], { cwd: project });
    const { stdout } = await run(join(project, 'node_modules/.bin/deeplens'), ['completion', 'bash']);
    expect(stdout).toContain('complete -o filenames -F _deeplens deeplens');
  });
});
