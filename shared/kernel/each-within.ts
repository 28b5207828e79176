/** The way in which a schedule works through a list. */
export interface ScheduledRun<Item> {
  /** Logs an item that failed. */
  report: (item: Item, error: unknown) => void;
  /** Seconds after which no further item is begun: the next run continues. */
  budgetSeconds: number;
  /** Items at once. Default: 1. */
  concurrency?: number;
  now?: () => Date;
}

/**
 * Runs on each item within the budget. An item that fails is left for the next run and does not stop the others.
 * @param remove returns false if the item stays
 */
export async function eachWithin<Item>(
  { report, budgetSeconds, concurrency = 1, now = () => new Date() }: ScheduledRun<Item>,
  itemsAt: (start: Date) => AsyncIterable<Item>,
  remove: (item: Item, start: Date) => Promise<boolean>,
): Promise<{ removed: number; failed: number }> {
  const start = now();
  const result = { removed: 0, failed: 0 };
  const runOn = async (item: Item) => {
    try {
      if (await remove(item, start)) result.removed += 1;
    } catch (error) {
      result.failed += 1;
      report(item, error);
    }
  };
  let running: Promise<void>[] = [];
  for await (const item of itemsAt(start)) {
    if (now().getTime() - start.getTime() >= budgetSeconds * 1000) break;
    running.push(runOn(item));
    if (running.length < concurrency) continue;
    await Promise.all(running);
    running = [];
  }
  await Promise.all(running);
  return result;
}
