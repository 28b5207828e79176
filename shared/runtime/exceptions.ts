import { AsyncLocalStorage } from 'node:async_hooks';
import { logger } from './telemetry.ts';

/** A call that an exception can end; without effect once it has ended. */
interface Running {
  fail: (error: unknown) => void;
}

const contexts = new AsyncLocalStorage<Running>();
const running = new Set<Running>();

/**
 * Runs a call. An exception that it causes outside of its promise, in the listener of an event or in a timer, rejects it
 * too, if the process survives exceptions.
 */
export async function withExceptions<Result>(run: () => Promise<Result>): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const call: Running = { fail: reject };
  running.add(call);
  try {
    return await Promise.race([contexts.run(call, run), promise]);
  } finally {
    running.delete(call);
  }
}

/**
 * Keeps exceptions of calls from ending the process. One that a call causes fails that call alone, and nothing after its
 * reply; one of unknown origin fails the calls that run. Outside of calls, they are the runtime's, which ends the process.
 */
export function surviveExceptions(): void {
  const events: NodeJS.EventEmitter = process; // whose type has no overload for either of two events
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    // Lambda's own listeners end the process: they go, and are called where no call is concerned.
    const ofRuntime = events.listeners(event);
    events.removeAllListeners(event);
    events.on(event, (error: unknown, ...more: unknown[]) => {
      const cause = contexts.getStore();
      if (!cause && running.size === 0) {
        if (ofRuntime.length === 0) throw error;
        for (const listener of ofRuntime) listener(error, ...more);
        return;
      }
      logger.error('exception outside of a call’s promise', { error });
      for (const call of cause ? [cause] : running) call.fail(error);
    });
  }
}
