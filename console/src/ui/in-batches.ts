import type { Problem } from '@deeplens/sdk';
import { describeError } from './describe-error.ts';

/** Entries of one bulk call: fewer than it takes, so that progress is seen. */
export const BATCH = 25;

interface Outcomes {
  /** For each entry, in order. */
  outcomes: readonly (object | { error: Problem })[];
}

/**
 * Makes a bulk call for so many items at a time, one after the other.
 * @param note is given each item with the reason why it was refused, or undefined
 */
export async function inBatches<Item>(
  items: readonly Item[],
  call: (batch: Item[]) => PromiseLike<Outcomes>,
  note: (item: Item, refusal: string | undefined) => void,
): Promise<void> {
  for (let start = 0; start < items.length; start += BATCH) {
    const batch = items.slice(start, start + BATCH);
    const reasons = await call(batch).then(
      ({ outcomes }) => outcomes.map((each) => ('error' in each ? each.error.detail : undefined)),
      (error: unknown) => batch.map(() => describeError(error).detail),
    );
    for (const [index, item] of batch.entries()) note(item, reasons[index]);
  }
}
