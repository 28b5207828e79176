import { SingleBar } from 'cli-progress';
import pLimit from 'p-limit';

const bar = new SingleBar({
  format: '{what} {bar} {value}/{total}',
  clearOnComplete: true,
  noTTYOutput: true,
  notTTYSchedule: 10_000,
});

/** Runs a task per item, up to `concurrency` at once, with a progress bar; one call at a time. */
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
