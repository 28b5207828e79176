import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const PROGRAM = join(import.meta.dirname, 'exceptions-program.ts');
const REJECTIONS = ['timer', 'event', 'stream', 'rejection'];

let child: ChildProcess;
afterEach(() => child.kill('SIGKILL'));

async function start(...args: string[]): Promise<void> {
  child = fork(PROGRAM, args, { stdio: 'ignore' });
  await once(child, 'message');
}

let calls = 0;
/** Resolves with the reply, or the exit code of a process that ends instead. */
function call(fault: string): Promise<unknown> {
  const id = ++calls;
  child.send({ id, fault });
  return new Promise((resolve) => {
    child.on('message', (reply: { id: number }) => reply.id === id && resolve(reply));
    child.once('exit', resolve);
  });
}
const failed = {
  status: 500,
  type: 'application/problem+json',
  body: { code: 'internal_error', status: 500 },
};

describe.each([[], ['--as-in-lambda']])('the process of a function %s', (...args: string[]) => {
  it.each(REJECTIONS)(
    'answers a call that meets an exception with a 500, and the next call: %s',
    async (fault) => {
      await start(...args);
      expect(await call(fault)).toMatchObject(failed);
      expect(await call('none')).toMatchObject({ status: 200 });
    },
  );

  it('answers a call beside one that meets an exception', async () => {
    await start(...args);
    const slow = call('slow');
    expect(await call('timer')).toMatchObject(failed);
    expect(await slow).toMatchObject({ status: 200 });
  });

  it('answers the call that runs when an earlier one meets an exception after its reply', async () => {
    await start(...args);
    expect(await call('late')).toMatchObject({ status: 200 });
    expect(await call('slow')).toMatchObject({ status: 200 });
    expect(await call('late')).toMatchObject({ status: 200 });
    await new Promise((resolve) => setTimeout(resolve, 200)); // now while none runs
    expect(await call('none')).toMatchObject({ status: 200 });
  });

  it('leaves an exception of no call to the runtime, which ends the process', async () => {
    await start(...args);
    expect(await call('outside')).toBe(args.length > 0 ? 129 : 7);
  });
});
