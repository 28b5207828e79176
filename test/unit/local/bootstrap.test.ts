import { execFile } from 'node:child_process';
import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryHome } from './home.ts';

const run = promisify(execFile);
const lock = join(import.meta.dirname, '../../../infra/local/bootstrap/lock.mjs');

/** A bootstrap that records when it begins and ends. */
const program = (checkout: string) => `
  import { appendFile } from 'node:fs/promises';
  import { withLock } from ${JSON.stringify(lock)};
  const note = (text) => appendFile(${JSON.stringify(join(checkout, 'notes'))}, text);
  await withLock(${JSON.stringify(checkout)}, async () => {
    await note('begin ');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await note('end ');
  });`;
const bootstrap = (checkout: string) =>
  run(process.execPath, ['--input-type=module', '-e', program(checkout)]);
const notes = (checkout: string) => readFile(join(checkout, 'notes'), 'utf8');

describe('the bootstrap’s lock', () => {
  it('serialises two bootstraps of one checkout', async () => {
    const { folder } = await temporaryHome();
    await Promise.all([bootstrap(folder), bootstrap(folder)]);
    expect(await notes(folder)).toBe('begin end begin end ');
  });

  it('is taken over from a killed bootstrap', async () => {
    const { folder } = await temporaryHome();
    const file = join(folder, '.deeplens/bootstrap.lock');
    await mkdir(join(folder, '.deeplens'));
    await writeFile(file, '');
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(file, longAgo, longAgo);
    await bootstrap(folder);
    expect(await notes(folder)).toBe('begin end ');
  });
});
