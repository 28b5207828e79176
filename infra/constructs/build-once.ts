import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathOf } from './built-asset.ts';

const built = new Map<string, string>();

/**
 * Returns the folder that `build` has filled, which runs once per name and process. The folder is deleted when the process
 * ends. It lies at a fixed depth of the checkout: the source maps of equal sources are equal.
 */
export function builtOnce(name: string, build: (folder: string) => void): string {
  const known = built.get(name);
  if (known) return known;
  const folder = newFolder();
  build(folder);
  built.set(name, folder);
  return folder;
}

const PREFIX = 'build-';

function newFolder(): string {
  const parent = pathOf('.deeplens');
  mkdirSync(parent, { recursive: true });
  deleteLeftovers(parent);
  const folder = mkdtempSync(join(parent, `${PREFIX}${process.pid}-`));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Deletes the folders of processes that were killed. */
function deleteLeftovers(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = Number(name.startsWith(PREFIX) ? name.split('-')[1] : 0);
    if (pid > 0 && !isRunning(pid)) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
