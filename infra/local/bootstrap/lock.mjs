import { mkdir, open, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

const BEAT_MS = 2_000;
/** A holder that has not touched its lock for this long is gone (process ids are reused, times are not). */
const STALE_MS = 20_000;

/**
 * Two bootstraps of one checkout must not install at once: the second waits for the first.
 * @param {string} checkout
 * @param {() => Promise<void>} work
 */
export async function withLock(checkout, work) {
  const folder = join(checkout, '.deeplens');
  const file = join(folder, 'bootstrap.lock');
  await mkdir(folder, { recursive: true });
  for (let waited = false; !(await acquire(file)); waited = true) {
    if (!waited) console.log('… Another bootstrap of this checkout is at work: waiting for it');
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const beat = setInterval(() => utimes(file, new Date(), new Date()).catch(() => {}), BEAT_MS);
  try {
    await work();
  } finally {
    clearInterval(beat);
    await rm(file, { force: true });
  }
}

/** @param {string} file */
async function acquire(file) {
  try {
    await (await open(file, 'wx')).close();
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const age = await stat(file).then(
    (lock) => Date.now() - lock.mtimeMs,
    () => 0,
  );
  if (age > STALE_MS) await rm(file, { force: true });
  return false;
}
