import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { cleanups } from '../../../infra/local/cleanups.ts';
import { type Emulator, startEmulator } from '../../../infra/local/emulator.ts';
import { forgetTestHome, newTestHome } from '../../../infra/local/test-home.ts';

const toEnd = cleanups();
let emulator: Emulator;

const CODE = `exports.handler = async ({ wish }) => {
  if (wish === 'error') throw new Error(String(process.pid));
  if (wish === 'end') process.exit(1);
  if (wish === 'wait') await new Promise((resolve) => setTimeout(resolve, 10_000));
  return process.pid;
};`;

/** Calls the emulator's Lambda, which takes no signature. */
async function callLambda(path: string, body: object): Promise<unknown> {
  const reply = await fetch(`${emulator.url}/2015-03-31/functions${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return reply.json();
}

const Failed = z.object({ errorMessage: z.string() });
const invoke = (wish?: string) => callLambda('/thrower/invocations', { wish });
const pid = async (): Promise<number> => z.number().parse(await invoke());

beforeAll(async () => {
  const home = await newTestHome('environments');
  toEnd.add(() => forgetTestHome(home));
  emulator = await startEmulator(home, toEnd);
  await writeFile(join(home.folder, 'index.js'), CODE);
  await promisify(execFile)('python3', ['-m', 'zipfile', '-c', 'code.zip', 'index.js'], { cwd: home.folder });
  await callLambda('', {
    ...{ FunctionName: 'thrower', Runtime: 'nodejs24.x', Handler: 'index.handler', Timeout: 2 },
    Role: 'arn:aws:iam::000000000000:role/any',
    Code: { ZipFile: await readFile(join(home.folder, 'code.zip'), 'base64') },
  });
});
afterAll(() => toEnd.run());

it('an environment outlives an error of its handler', async () => {
  const first = await pid();
  expect(Failed.parse(await invoke('error')).errorMessage).toBe(String(first));
  expect(await pid()).toBe(first);
});

it.each(['end', 'wait'])('an environment that has died, or takes too long, is replaced: %s', async (wish) => {
  const first = await pid();
  Failed.parse(await invoke(wish));
  expect(await pid()).not.toBe(first);
});
