/** Passes values from several producers to one consumer; a producer waits while so many are not consumed. */
export interface Channel<Value> extends AsyncIterable<Value> {
  push(value: Value): Promise<void>;
  /** Ends the iteration after the values that are there, with the error if there is one; no push waits any more. */
  close(error?: unknown): void;
}

/** Returns a channel. */
export function newChannel<Value>(capacity: number): Channel<Value> {
  const values: Value[] = [];
  let end: { error?: unknown } | undefined;
  let wakeConsumer = () => {};
  const waiting: (() => void)[] = [];
  const wakeProducers = () => {
    for (const wake of waiting.splice(0)) wake();
  };
  return {
    async push(value) {
      values.push(value);
      wakeConsumer();
      while (values.length > capacity && !end) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    close(error) {
      end ??= error === undefined ? {} : { error };
      wakeConsumer();
      wakeProducers();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        for (let value = values.shift(); value !== undefined; value = values.shift()) {
          if (values.length <= capacity) wakeProducers();
          yield value;
        }
        if (end) {
          if ('error' in end) throw end.error;
          return;
        }
        await new Promise<void>((resolve) => {
          wakeConsumer = resolve;
        });
      }
    },
  };
}
