import { type Cleanups, cleanups } from './cleanups.ts';
import { PlainError } from './steps.ts';

const PARENT_CHECK_MS = 1_000;

/**
 * Runs a program that starts things: whatever happens, by its end, a failure, Ctrl-C or a kill, they are ended in
 * order before it exits.
 * @param work is given where to say what has to be ended; its result is the exit code
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
  // npm sends a second Ctrl-C after the terminal's own: once asked, we go on ending in order.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  endWithNpm(() => asked('npm is gone', 143));
  process.on('uncaughtException', (error) => {
    console.error(error);
    void stop(1);
  });
  try {
    await stop(await work(toEnd));
  } catch (error) {
    if (stopping) return; // it failed because its parts were ended
    console.error(error instanceof PlainError ? `\n✗ ${error.message}\n` : error);
    await stop(1);
  }
}

/**
 * npm may be killed without a word to us, who are its child: the script says `exec`, or a shell would be between.
 * Started without npm, our parent may go as it likes.
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
