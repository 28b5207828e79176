import { mkdir, open, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

const BEAT_MS = 2_000;
/** A lock file older than this is abandoned. Age, since process ids are reused. */
const STALE_MS = 20_000;

/**
 * Runs `work` under a lock: a second bootstrap of the same checkout waits for the first.
 * @param {string} checkout
 * @param {() => Promise<void>} work
 */
export async function withLock(checkout, work) {
  const folder = join(checkout, '.deeplens');
  const file = join(folder, 'bootstrap.lock');
  await mkdir(folder, { recursive: true });
  for (let waited = false; !(await acquire(file)); waited = true) {
    if (!waited) console.log('… Another bootstrap of this checkout is running: waiting for it');
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
