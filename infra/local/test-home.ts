import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from './child.ts';
import { DEEPLENS_HOME, type Home, homeAt } from './home.ts';
import { stopRunning } from './stop-running.ts';

const PREFIX = 'test-';
const NAME = /^test-\w+-(\d+)$/;

/** Creates a home for a test run, separate from that of `npm start`. */
export async function newTestHome(name: string): Promise<Home> {
  await sweepTestHomes();
  const home = homeAt(join(DEEPLENS_HOME.folder, `${PREFIX}${name}-${process.pid}`));
  await mkdir(home.state, { recursive: true });
  return home;
}

/** Deletes a test run's home; its logs stay until the next run. */
export async function forgetTestHome(home: Home): Promise<void> {
  await cp(home.logs, join(DEEPLENS_HOME.folder, 'logs/test'), { recursive: true }).catch(() => {});
  await rm(home.folder, { recursive: true, force: true });
}

/** Stops and deletes what killed test runs have left. */
export async function sweepTestHomes(): Promise<void> {
  for (const name of await readdir(DEEPLENS_HOME.folder).catch(() => [])) {
    const pid = Number(NAME.exec(name)?.[1] ?? 0);
    if (!pid || isAlive(pid)) continue;
    const home = homeAt(join(DEEPLENS_HOME.folder, name));
    await stopRunning(home);
    await rm(home.folder, { recursive: true, force: true });
  }
}
