import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { heic } from '../fixtures/heic.ts';
import { photograph } from '../fixtures/photographs.ts';

const run = promisify(execFile);
/** The most that a function without native modules may take, zipped, in bytes. */
const PLAIN_BUNDLE = 1024 * 1024;
const MEGABYTE = 1024 * 1024;
/** A function and its layers, unzipped. */
const LAMBDA_LIMIT = 250 * MEGABYTE;
const SourceMap = z.object({ sources: z.string().array() });

let folder: string;
let bundles: { name: string; path: string; plain: boolean }[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'artefacts-'));
  await run('node_modules/.bin/cdk', ['synth', '--quiet', '-c', 'env=local', '-o', folder]);
  const assets = (await readdir(folder)).filter((name) => name.startsWith('asset.'));
  bundles = [];
  for (const name of assets) {
    const files = await readdir(join(folder, name));
    if (!files.includes('index.mjs')) continue;
    // Far from the checkout, whose node_modules would hide what is missing in the bundle.
    const path = join(folder, 'away', name);
    await cp(join(folder, name), path, { recursive: true });
    bundles.push({ name, path, plain: !files.includes('node_modules') });
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const load = (path: string) =>
  run(
    process.execPath,
    ['-e', "import('./index.mjs').then(() => console.log('loaded'), (e) => console.log(e.name))"],
    {
      cwd: path,
      env: { PATH: process.env.PATH },
    },
  );

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

describe('the bundles that are deployed', () => {
  it('load by themselves, native modules included, and ask only for their environment', async () => {
    expect(bundles.length).toBeGreaterThanOrEqual(13);
    for (const { name, path } of bundles)
      expect((await load(path)).stdout.trim(), name).toBe('ConfigurationError');
  });

  it('hold sharp and ONNX Runtime where pictures are handled, and nowhere else', async () => {
    const native = bundles.filter(({ plain }) => !plain);
    const held = await Promise.all(native.map(({ path }) => readdir(join(path, 'node_modules'))));
    expect(held.every((modules) => modules.includes('sharp'))).toBe(true);
    expect(held.filter((modules) => modules.includes('onnxruntime-node'))).toHaveLength(1);
    expect(held).toHaveLength(4);
  });

  it('start the process that reads images, beside every sharp', async () => {
    const bytes = photograph('dust-bowl-home');
    const withSharp = bundles.filter(({ plain }) => !plain);
    for (const { name, path } of withSharp) {
      const reader = fork(join(path, 'imaging-process.mjs'), {
        serialization: 'advanced',
        env: {},
        execArgv: [],
      });
      const [ready] = await once(reader, 'message');
      expect(ready, name).toEqual({ kind: 'ready' });
      reader.send({ kind: 'read', image: 1, bytes, options: { thumbnailSizes: [64] } });
      const [reply] = await once(reader, 'message');
      expect(reply).toMatchObject({ kind: 'image', image: { format: 'jpeg', thumbnails: [{ size: 64 }] } });
      reader.send({ kind: 'read', image: 2, bytes: heic('eight-bit'), options: {} }); // loads libheif
      const [second] = await once(reader, 'message');
      expect(second).toMatchObject({ kind: 'image', image: { format: 'heic', width: 512 } });
      reader.disconnect();
    }
  });

  it('are the same wherever they are built, so that what did not change is not deployed again', async () => {
    for (const { name, path } of bundles) {
      const { sources } = SourceMap.parse(JSON.parse(await readFile(join(path, 'index.mjs.map'), 'utf8')));
      for (const source of sources)
        expect(source, name).toMatch(/^(\.\.\/){4}(functions|shared|node_modules)\//);
    }
  });

  it('are within what Lambda unpacks', async () => {
    for (const { name, path } of bundles) {
      expect(await sizeOf(path), name).toBeLessThan(LAMBDA_LIMIT);
    }
  });

  it('read libheif only when the first HEIC comes', async () => {
    for (const { name, path } of bundles.filter(({ plain }) => !plain)) {
      expect((await readFile(join(path, 'imaging-process.mjs'))).length, name).toBeLessThan(MEGABYTE);
      expect((await readFile(join(path, 'index.mjs'))).includes('de265_new_decoder'), name).toBe(false);
    }
  });

  it('are small, and never hold LanceDB', async () => {
    for (const { name, path, plain } of bundles) {
      const code = await readFile(join(path, 'index.mjs'));
      expect(code.includes('lancedb-linux'), name).toBe(false);
      if (plain) expect(gzipSync(code).length, name).toBeLessThan(PLAIN_BUNDLE);
    }
  });
});
