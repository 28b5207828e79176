import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CHECKOUT, TOOL_PATH } from '../home.ts';
import { step } from '../steps.ts';

/** The built console. */
export const CONSOLE_FILES = join(CHECKOUT, 'console/dist');
/** What it is built from. */
const SOURCES = ['console/src', 'sdk/src'];
const FILES = ['console/index.html', 'console/vite.config.ts', 'console/package.json', 'package-lock.json'];

/** Builds the console unless it is built from the same sources. */
export async function buildConsole(): Promise<void> {
  const stamp = join(CONSOLE_FILES, '.fingerprint');
  const fingerprint = await sourcesFingerprint();
  if ((await readFile(stamp, 'utf8').catch(() => '')) === fingerprint) return;
  await step('Building the console', async () => {
    await promisify(execFile)('vite', ['build', '--logLevel', 'error'], {
      cwd: join(CHECKOUT, 'console'),
      // Within a test NODE_ENV is another one, and React's development build would be taken.
      env: { ...process.env, NODE_ENV: 'production', PATH: TOOL_PATH },
    });
    await writeFile(stamp, fingerprint);
  });
}

async function sourcesFingerprint(): Promise<string> {
  const hash = createHash('sha256');
  const paths = [...FILES];
  for (const folder of SOURCES) {
    const entries = await readdir(join(CHECKOUT, folder), { recursive: true, withFileTypes: true });
    for (const entry of entries)
      if (entry.isFile()) paths.push(join(entry.parentPath, entry.name).slice(CHECKOUT.length + 1));
  }
  for (const path of paths.sort()) hash.update(`\0${path}\0`).update(await readFile(join(CHECKOUT, path)));
  return hash.digest('hex');
}
