import type { Page, PagePromise } from '@deeplens/sdk';
import { useInfiniteQuery } from '@tanstack/react-query';

const NOTHING = { items: [], reply: undefined, hasMore: false, next: async () => undefined };

/**
 * Reads a list page by page.
 * @param first fetches the first page
 */
export function usePages<Item>(
  queryKey: readonly unknown[],
  first: (signal: AbortSignal) => PagePromise<Item, unknown>,
  options: { refetchInterval?: number | false } = {},
) {
  const list = useInfiniteQuery({
    queryKey,
    initialPageParam: undefined as Page<Item, unknown> | undefined, // the one before
    queryFn: async ({ pageParam: before, signal }): Promise<Page<Item, unknown>> =>
      (before ? await before.next() : await first(signal)) ?? NOTHING,
    getNextPageParam: (page) => (page.hasMore ? page : undefined),
    structuralSharing: false, // a page is more than its data
    ...options,
  });
  return { ...list, items: list.data?.pages.flatMap(({ items }) => items) ?? [] };
}
