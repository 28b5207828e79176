import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
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

function newFolder(): string {
  const parent = pathOf('.deeplens');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'build-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
