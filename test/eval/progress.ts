import { SingleBar } from 'cli-progress';

const bar = new SingleBar({
  format: '{what} {bar} {value}/{total}',
  clearOnComplete: true,
  noTTYOutput: true,
  notTTYSchedule: 10_000,
});

/** Does something for each, one after the other, with progress. */
export async function eachOf<Item>(what: string, items: readonly Item[], run: (item: Item) => Promise<void>) {
  bar.start(items.length, 0, { what: what.padEnd(22) });
  for (const item of items) {
    await run(item);
    bar.increment();
  }
  bar.stop();
}
