#!/usr/bin/env node
// `deeplens`: the command line. It reads the environment and the terminal here, once.
import { homedir } from 'node:os';
import manifest from '../package.json' with { type: 'json' };
import { EXIT } from './exit-codes.ts';
import { run } from './run.ts';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    // What is under way is ended in order; who asks twice does not wait for it.
    if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
    interrupt.abort();
  });
// The reader has enough, as in `deeplens images list | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});

// No `await` at the top: the bundle is CommonJS, which loads the parts of Node that a command needs, when it needs them.
run(
  process.argv.slice(2),
  {
    env: process.env,
    cwd: process.cwd(),
    home: homedir(),
    // Opening stdin and loading fetch take milliseconds that most commands do not need.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    get stderr() {
      return process.stderr;
    },
    fetch: (input, init) => fetch(input, init),
    signal: interrupt.signal,
  },
  manifest.version,
).then((code) => {
  process.exitCode = code;
});
