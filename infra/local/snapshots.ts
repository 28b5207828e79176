import { copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Home } from './home.ts';

/** Seconds between snapshots of the emulator's state: emulator.py writes them. */
export const SNAPSHOT_SECONDS = 60;

export const snapshotsFolder = (home: Home): string => join(home.state, 'snapshots');
/** Written each second while the emulator runs. */
export const aliveFile = (home: Home): string => join(home.state, 'emulator.alive');
const stateFolder = (home: Home): string => join(home.state, 'emulator');

/** A state that was restored, and about how many seconds of work after it are lost. */
export interface Restored {
  at: Date;
  lostSeconds: number;
}

/**
 * Replaces the emulator's state by its newest snapshot, after it ended without writing it.
 * @returns undefined if there is none since the stacks were deployed
 */
export async function restoreSnapshot(home: Home): Promise<Restored | undefined> {
  const newest = await newestSnapshot(home);
  if (newest === undefined) return undefined;
  const { at } = newest;
  const deployed = await modified(join(home.state, 'deployed.json'));
  if (deployed !== undefined && deployed > at) return undefined;
  const [from, to] = [join(snapshotsFolder(home), newest.name), stateFolder(home)];
  await mkdir(to, { recursive: true });
  for (const file of await readdir(from)) {
    await copyFile(join(from, file), join(to, `${file}.new`));
    await rename(join(to, `${file}.new`), join(to, file));
  }
  // A demo tenant of after the snapshot is gone.
  const demo = join(home.state, 'demo.json');
  const made = await modified(demo);
  if (made !== undefined && made > at) await rm(demo);
  const last = (await modified(aliveFile(home))) ?? at;
  return { at, lostSeconds: Math.max(0, Math.ceil((last.getTime() - at.getTime()) / 1000)) };
}

/** Returns the last complete snapshot; undefined if there is none. */
export async function newestSnapshot(home: Home): Promise<{ name: string; at: Date } | undefined> {
  const names = await readdir(snapshotsFolder(home)).catch((): string[] => []);
  const name = names
    .filter((each) => !each.endsWith('.new'))
    .sort()
    .at(-1);
  return name === undefined ? undefined : { name, at: timeOf(name) };
}

/** Removes the snapshots once the emulator has written its state itself: they are older. */
export const forgetSnapshots = (home: Home): Promise<void> =>
  rm(snapshotsFolder(home), { recursive: true, force: true });

/** Waits until a snapshot is written that was begun after this call. @param pid the emulator's */
export async function takeSnapshot(home: Home, pid: number, limitMs = 60_000): Promise<void> {
  const begun = new Date();
  process.kill(pid, 'SIGUSR1');
  for (const end = Date.now() + limitMs; Date.now() < end; ) {
    const newest = await newestSnapshot(home);
    if (newest && newest.at >= begun) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('The emulator wrote no snapshot of its state; its log says why.');
}

/** Reads the time from a snapshot's name, `2026-11-30T02-31-10.123456`. */
function timeOf(name: string): Date {
  const [day = '', time = ''] = name.split('T');
  return new Date(`${day}T${time.replaceAll('-', ':').slice(0, 12)}Z`);
}

const modified = (file: string): Promise<Date | undefined> =>
  stat(file).then(
    ({ mtime }) => mtime,
    () => undefined,
  );
