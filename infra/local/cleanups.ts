/** Cleanups, run once, in reverse order. */
export interface Cleanups {
  add(cleanup: () => Promise<void>): void;
  run(): Promise<void>;
}

export function cleanups(): Cleanups {
  const stack: (() => Promise<void>)[] = [];
  let running: Promise<void> | undefined;
  const runAll = async () => {
    for (let cleanup = stack.pop(); cleanup; cleanup = stack.pop())
      await cleanup().catch((error: unknown) => console.error('  cleanup failed:', error));
  };
  return {
    add: (cleanup) => stack.push(cleanup),
    run: () => {
      running ??= runAll();
      return running;
    },
  };
}
