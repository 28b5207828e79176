import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Problem } from '#shared/kernel/problems.ts';
import type { FromReader, ToReader } from './process-messages.ts';

/** Time for one image, over all questions about it. */
export interface Budget {
  seconds: number;
  /** Milliseconds of it that are left. */
  leftMs: number;
}

/** A process that reads images, one question at a time. */
export interface Reader {
  /**
   * Asks once earlier questions are answered.
   * @throws Problem `reading_limit_exceeded` if the budget ends, or the process needs more memory than it may;
   *   `unreadable_image` if it breaks off
   */
  ask(question: ToReader, budget: Budget): Promise<FromReader>;
}

/** The heap of V8; the pixels of images are outside of it. */
const HEAP_MB = 256;
/** Decoders fill up to 1 MB a millisecond. A look takes less than 0.1 ms. */
const WATCH_MS = 10;
const PAGE_BYTES = 4096;
const SEND_SMALLER = 'Send a smaller copy, or save it as a baseline JPEG.';
/** The whole environment of the process: where Lambda's Node finds its libraries. */
const LIBRARIES = { LD_LIBRARY_PATH: '/var/lang/lib:/lib64:/usr/lib64' };
/** The second program of a function's bundle, or the source where the caller is source itself. */
const PROGRAM = import.meta.url.endsWith('.ts') ? './process-program.ts' : './imaging-process.mjs';

/**
 * Starts a process, at once, so that it is warm when the first image comes. At the deadline, or above its memory, it is
 * ended with SIGKILL, which native code cannot delay, and another one is started. It has no credentials: they are in the
 * environment.
 */
export function readerProcess(memoryMb: number): Reader {
  let current = start();
  let last: Promise<unknown> = Promise.resolve();

  /** A process that ended while it waited is no fault of the image: only the second time is. */
  async function answer(question: ToReader, budget: Budget): Promise<FromReader> {
    const reply = (await attempt(question, budget)) ?? (await attempt(question, budget));
    if (reply) return reply;
    throw new Problem('unreadable_image', 'The decoder broke off: the image is damaged.');
  }

  async function attempt(question: ToReader, budget: Budget): Promise<FromReader | undefined> {
    if (hasEnded(current.child)) current = start();
    const { child, ready } = current;
    keepAlive(child, true);
    try {
      await ready;
      return await within(child, question, budget);
    } finally {
      if (hasEnded(child)) current = start();
      else keepAlive(child, false);
    }
  }

  /** Returns undefined if the process ends by itself. */
  async function within(
    child: ChildProcess,
    question: ToReader,
    budget: Budget,
  ): Promise<FromReader | undefined> {
    const started = performance.now();
    let reason: string | undefined;
    const end = (why: string) => {
      reason = why;
      child.kill('SIGKILL');
    };
    const deadline = setTimeout(
      () => end(`The image took longer than ${budget.seconds} s to read.`),
      Math.max(0, budget.leftMs),
    );
    const watch = setInterval(() => {
      if (residentMb(child) > memoryMb) end(`The image took more than ${memoryMb} MB of memory to read.`);
    }, WATCH_MS);
    const listening = new AbortController();
    const { signal } = listening;
    try {
      child.send(question, () => undefined); // a closed channel is an exit
      return await Promise.race([
        once(child, 'message', { signal }).then(([reply]): FromReader => reply),
        once(child, 'exit', { signal }).then(() => {
          if (reason) throw new Problem('reading_limit_exceeded', `${reason} ${SEND_SMALLER}`);
          return undefined;
        }),
      ]);
    } finally {
      listening.abort();
      clearTimeout(deadline);
      clearInterval(watch);
      budget.leftMs -= performance.now() - started;
    }
  }

  return {
    ask(question, budget) {
      const reply = last.then(() => answer(question, budget));
      last = reply.catch(() => undefined);
      return reply;
    },
  };
}

function start(): { child: ChildProcess; ready: Promise<void> } {
  const child = fork(fileURLToPath(new URL(PROGRAM, import.meta.url)), {
    serialization: 'advanced',
    execArgv: [`--max-old-space-size=${HEAP_MB}`, '--expose-gc'],
    env: LIBRARIES,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.on('error', () => undefined); // an exit follows
  const ready = Promise.race([
    once(child, 'message').then(() => undefined),
    once(child, 'exit').then(([code, signal]) => {
      throw new Error(`The process that reads images does not start: ${code ?? signal}.`);
    }),
  ]);
  ready.catch(() => undefined); // reported by the next question
  keepAlive(child, false);
  return { child, ready };
}

const hasEnded = (child: ChildProcess) =>
  child.killed || child.exitCode !== null || child.signalCode !== null;

/** A process that waits for questions does not keep its parent alive. */
function keepAlive(child: ChildProcess, alive: boolean): void {
  if (alive) {
    child.ref();
    child.channel?.ref();
  } else {
    child.unref();
    child.channel?.unref();
  }
}

/** Returns 0 where there is no /proc: outside of Linux, only the deadline holds. */
function residentMb({ pid }: ChildProcess): number {
  try {
    const [, pages = '0'] = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ');
    return (Number(pages) * PAGE_BYTES) / 1024 / 1024;
  } catch {
    return 0;
  }
}
