import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { endLeftover, endOfLog, isAlive, startChild } from '../../../infra/local/child.ts';
import type { Home } from '../../../infra/local/home.ts';
import { until } from '../../../infra/local/steps.ts';
import { temporaryHome } from './home.ts';

const GRACE_MS = 5_000;
const STUBBORN = "process.on('SIGTERM', () => {});";

const sleeper = (home: Home, before = '') =>
  startChild({
    home,
    name: 'sleeper',
    program: process.execPath,
    args: ['-e', `${before}console.log('up');setInterval(() => {}, 1000)`],
    env: {},
  });
const isUp = (log: string) =>
  until('it is up', GRACE_MS, async () => (await readFile(log, 'utf8')).includes('up') || undefined);

describe('a child', () => {
  it('writes a log and ends when asked', async () => {
    const child = await sleeper(await temporaryHome());
    await isUp(child.log);
    expect(await child.stop(GRACE_MS)).toBe(true);
    expect(await child.ended).toEqual({ code: null, signal: 'SIGTERM' });
    expect(await endOfLog(child.log)).toBe('up');
    expect(isAlive(child.pid)).toBe(false);
  });

  it('is killed when it does not end', async () => {
    const child = await sleeper(await temporaryHome(), STUBBORN);
    await isUp(child.log);
    expect(await child.stop(100)).toBe(false);
    expect(isAlive(child.pid)).toBe(false);
  });

  it('left by a killed run is stopped by the next', async () => {
    const home = await temporaryHome();
    const child = await sleeper(home);
    await isUp(child.log);
    expect(await endLeftover(home, 'sleeper', GRACE_MS)).toBe('ended');
    await child.ended;
    expect(await endLeftover(home, 'sleeper', GRACE_MS)).toBe('none');
  });

  it('whose pid belongs to another program is left alone', async () => {
    const home = await temporaryHome();
    const child = await sleeper(home);
    await child.stop(GRACE_MS);
    await writeFile(
      `${home.state}/sleeper.pid`,
      JSON.stringify({ pid: process.pid, command: '-e nothing of ours' }),
    );
    expect(await endLeftover(home, 'sleeper', GRACE_MS)).toBe('none');
    expect(isAlive(process.pid)).toBe(true);
  });
});
