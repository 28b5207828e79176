import { execFile } from 'node:child_process';
import { copyFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUILD, BUNDLE, startCli } from './cli-process.ts';
import { newHome } from './cli-run.ts';
import { serveApi } from './serve-api.ts';

let home: string;
let program: string;
beforeAll(async () => {
  home = await newHome();
  await promisify(execFile)(process.execPath, [BUILD]);
  program = join(home, 'deeplens.cjs');
  await copyFile(BUNDLE, program);
});
afterAll(() => rm(home, { recursive: true, force: true }));

it('the bundle is one file that runs alone', async () => {
  const { version } = JSON.parse(
    await readFile(join(import.meta.dirname, '../../../cli/package.json'), 'utf8'),
  );
  const url = 'http://127.0.0.1:1/api/v1';
  expect((await startCli(['--version'], { url, home, program }).ended).stdout).toBe(`${version}\n`);
  const help = await startCli(['webhooks', 'listen', '--help'], { url, home, program }).ended;
  expect([help.code, help.stdout]).toEqual([0, expect.stringContaining('--forward')]);
});

it('the bundle calls the API, and tells that there is none', async () => {
  const { url, stop } = await serveApi(() => ({ body: { images: [{ image_id: 'img_1' }] } }));
  const listed = await startCli(['images', 'list'], { url, home, program }).ended;
  expect(listed).toMatchObject({ code: 0, stdout: '{"image_id":"img_1"}\n', stderr: '' });
  stop();
  const nobody = await startCli(['keys', 'revoke', 'key_1', '--yes'], { url, home, program }).ended;
  expect([nobody.code, nobody.stderr]).toEqual([7, expect.stringContaining('connection_failed')]);
});

it('a reader that has enough ends it without an error', async () => {
  const { url, stop } = await serveApi(() => ({
    body: { images: Array(100).fill({ image_id: 'img_1' }), next_cursor: 'more' },
  }));
  const command = `'${process.execPath}' '${program}' images list | head -1; echo "\${PIPESTATUS[0]}"`;
  const env = { HOME: home, PATH: process.env.PATH, DEEPLENS_BASE_URL: url, DEEPLENS_API_KEY: 'k' };
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', command], { env });
  stop();
  expect([stdout, stderr]).toEqual(['{"image_id":"img_1"}\n0\n', '']);
});
