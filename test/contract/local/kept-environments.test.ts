import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { cleanups } from '../../../infra/local/cleanups.ts';
import { type Emulator, startEmulator } from '../../../infra/local/emulator.ts';
import { forgetTestHome, newTestHome } from '../../../infra/local/test-home.ts';
import { callLambda, createFunction } from './lambda.ts';

const toEnd = cleanups();
let emulator: Emulator;

const CODE = `exports.handler = async ({ wish }) => {
  if (wish === 'error') throw new Error(String(process.pid));
  if (wish === 'end') process.exit(1);
  if (wish === 'wait') await new Promise((resolve) => setTimeout(resolve, 10_000));
  return process.pid;
};`;

const Failed = z.object({ errorMessage: z.string() });
const invoke = (wish?: string) => callLambda(emulator.url, 'functions/thrower/invocations', { wish });
const pid = async (): Promise<number> => z.number().parse(await invoke());

beforeAll(async () => {
  const home = await newTestHome('environments');
  toEnd.add(() => forgetTestHome(home));
  emulator = await startEmulator(home, toEnd);
  await createFunction(emulator.url, home, 'thrower', CODE);
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
