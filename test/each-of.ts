import { SingleBar } from 'cli-progress';
import pLimit from 'p-limit';

const bar = new SingleBar({
  format: '{what} {bar} {value}/{total}',
  clearOnComplete: true,
  noTTYOutput: true,
  notTTYSchedule: 10_000,
});

/** Does something for each, one after the other or so many at once, with progress; one such thing at a time. */
export async function eachOf<Item>(
  what: string,
  items: readonly Item[],
  run: (item: Item) => Promise<void>,
  atOnce = 1,
): Promise<void> {
  bar.start(items.length, 0, { what: what.padEnd(34) });
  try {
    await pLimit(atOnce).map(items, async (item) => {
      await run(item);
      bar.increment();
    });
  } finally {
    bar.stop();
  }
}
