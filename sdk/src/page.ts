import { ApiPromise } from './api-promise.ts';
import type { Answer } from './attempt.ts';

/** A page of a list. */
export interface Page<Item, Reply> {
  items: readonly Item[];
  /** The reply as the API sent it. */
  reply: Reply;
  /** True if there may be more, even if this page has few items or none. */
  hasMore: boolean;
  /** Gets the next page; undefined after the last. */
  next(): Promise<Page<Item, Reply> | undefined>;
}

/** A list: await it for its first page, or iterate over all items, whose pages are then fetched as they are needed. */
export class PagePromise<Item, Reply> extends ApiPromise<Page<Item, Reply>> implements AsyncIterable<Item> {
  /** @param fetchPage fetches the page at a cursor; the first without one */
  constructor(
    fetchPage: (cursor: string | undefined) => Promise<Answer<Reply>>,
    itemsOf: (reply: Reply) => readonly Item[],
  ) {
    const pageAt = async (cursor?: string): Promise<Answer<Page<Item, Reply>>> => {
      const answer = await fetchPage(cursor);
      const { next_cursor } = answer.data as { next_cursor?: string }; // as all lists have it
      const page: Page<Item, Reply> = {
        items: itemsOf(answer.data),
        reply: answer.data,
        hasMore: next_cursor !== undefined,
        next: async () => (next_cursor === undefined ? undefined : (await pageAt(next_cursor)).data),
      };
      return { ...answer, data: page };
    };
    super(pageAt());
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for (let page: Page<Item, Reply> | undefined = await this; page; page = await page.next())
      yield* page.items;
  }

  /** Collects items of as many pages as it takes. @param limit the most: a list can be longer than memory */
  async toArray({ limit }: { limit: number }): Promise<Item[]> {
    const items: Item[] = [];
    if (limit <= 0) return items;
    for await (const item of this) if (items.push(item) >= limit) break;
    return items;
  }
}
