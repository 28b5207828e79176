/** What has to be ended, last started first ended; once, however often it is asked for. */
export interface Cleanups {
  add(cleanup: () => Promise<void>): void;
  run(): Promise<void>;
}

export function cleanups(): Cleanups {
  const stack: (() => Promise<void>)[] = [];
  let running: Promise<void> | undefined;
  const runAll = async () => {
    for (let cleanup = stack.pop(); cleanup; cleanup = stack.pop())
      await cleanup().catch((error: unknown) => console.error('  could not be ended in order:', error));
  };
  return {
    add: (cleanup) => stack.push(cleanup),
    run: () => {
      running ??= runAll();
      return running;
    },
  };
}
