/** A source that does not go on for so long, in milliseconds, ends a batch: a watched folder may be quiet for hours. */
const LINGER_MS = 100;

/** Reads a source in batches. */
export interface Batches<Item> {
  /** Returns so many items; fewer, but at least one, if the source hesitates or ends; none after its end. */
  next(most: number): Promise<Item[]>;
  readonly ended: boolean;
  /** Tells the source that no more is read. */
  close(): void;
}

/** Returns the batches of a source. */
export function batchesOf<Item>(source: Iterable<Item> | AsyncIterable<Item>): Batches<Item> {
  const items = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  let pending: Promise<IteratorResult<Item>> | undefined;
  let ended = false;
  /** Returns the next item; undefined if it takes longer than the batch waits. */
  const nextItem = async (mayHesitate: boolean) => {
    pending ??= Promise.resolve(items.next());
    const next = await (mayHesitate ? Promise.race([pending, afterLinger()]) : pending);
    if (next) pending = undefined;
    return next;
  };
  return {
    get ended() {
      return ended;
    },
    async next(most) {
      const batch: Item[] = [];
      while (batch.length < most && !ended) {
        const next = await nextItem(batch.length > 0);
        if (!next) break;
        if (next.done) ended = true;
        else batch.push(next.value);
      }
      return batch;
    },
    close() {
      // A generator that waits ends after its wait; its errors concern nobody any more.
      if (!ended) Promise.resolve(items.return?.()).catch(() => {});
    },
  };
}

const afterLinger = () => new Promise<undefined>((resolve) => setTimeout(resolve, LINGER_MS, undefined));
