import { DeepLensError } from '@deeplens/sdk';
import { type Cleanups, cleanups } from './cleanups.ts';
import { PlainError } from './steps.ts';

const PARENT_CHECK_MS = 1_000;

/**
 * Runs a program and its cleanups before it exits, after success, failure, Ctrl-C or SIGTERM.
 * @param work registers cleanups; returns the exit code
 */
export async function program(work: (cleanups: Cleanups) => Promise<number>): Promise<void> {
  const toEnd = cleanups();
  let stopping = false;
  const stop = async (code: number) => {
    stopping = true;
    await toEnd.run();
    process.exit(code);
  };
  const asked = (why: string, code: number) => {
    console.log(`\n… Stopping (${why})`);
    void stop(code);
  };
  process.once('SIGINT', () => asked('Ctrl-C', 130));
  process.once('SIGTERM', () => asked('SIGTERM', 143));
  process.once('SIGHUP', () => asked('the terminal closed', 129));
  // npm repeats the terminal's Ctrl-C: later signals must not interrupt the cleanups.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  endWithNpm(() => asked('npm has exited', 143));
  process.on('uncaughtException', (error) => {
    console.error(error);
    void stop(1);
  });
  try {
    await stop(await work(toEnd));
  } catch (error) {
    if (stopping) return; // caused by the cleanups
    console.error(
      error instanceof PlainError || error instanceof DeepLensError ? `\n✗ ${error.message}\n` : error,
    );
    await stop(1);
  }
}

/**
 * Ends with npm, which may be killed without a signal to its child. The npm script uses `exec`, so that npm is the
 * parent. Does nothing if started without npm.
 */
function endWithNpm(end: () => void): void {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(check);
    end();
  }, PARENT_CHECK_MS);
  check.unref();
}
