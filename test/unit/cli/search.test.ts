import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { type Api, newHome, runCli } from './cli-run.ts';

const api: Api = () => ({
  body: { results: [], explanation: { code: 'empty', detail: 'There are no images.' } },
});
let picture = '';
beforeEach(async () => {
  picture = join(await newHome(), 'a picture.jpg');
  await writeFile(picture, 'bytes');
});

const fileOf = (body: unknown): File => {
  const file = body instanceof FormData ? body.get('file') : undefined;
  if (!(file instanceof File)) throw new Error('no file was sent');
  return file;
};

it('a file is sent in a form, with its name and the options', async () => {
  const ran = await runCli(['search', picture, '--limit', '3', '-m', 'album=sea'], { api });
  expect([ran.code, ran.stdout, ran.stderr]).toEqual([0, '', 'There are no images.\n']);
  const [call] = ran.calls;
  const file = fileOf(call?.body);
  expect([file.name, await file.text()]).toEqual(['a picture.jpg', 'bytes']);
  const form = call?.body instanceof FormData ? call.body : new FormData();
  expect([form.get('max_results'), form.get('filters')]).toEqual(['3', '{"metadata":{"album":"sea"}}']);
});

it('- is the file on stdin', async () => {
  const { calls } = await runCli(['search', '-'], { api, stdin: 'bytes' });
  expect(await fileOf(calls[0]?.body).text()).toBe('bytes');
});

it('a file that is too large is not sent, and the message says what to do', async () => {
  await truncate(picture, 4_500_001);
  const ran = await runCli(['search', picture], { api });
  expect([ran.code, ran.calls]).toEqual([1, []]);
  expect(ran.stderr).toContain('a side of 1024 pixels is enough');
});

it('a file that does not exist is not found', async () => {
  const ran = await runCli(['search', `${picture}.gone`], { api });
  expect([ran.code, ran.calls]).toEqual([5, []]);
});
