import type { DuplicateGroup, SearchDuplicatesReply } from '@deeplens/sdk';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useSession } from '../../app/session.tsx';

export type Verdict = DuplicateGroup['verdict'];

const PAGE = 50;
/** Below it, pictures are rarely copies. */
const MIN_CONFIDENCE = 0.5;

/** Lists groups, page by page. */
export function useGroups(decided: boolean, verdict: Verdict | undefined) {
  const { client } = useSession();
  return useInfiniteQuery({
    queryKey: ['duplicates', decided, verdict ?? 'all'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }): Promise<SearchDuplicatesReply> =>
      client.call(
        'searchDuplicates',
        {
          body: {
            scope: 'all',
            decided,
            min_confidence: MIN_CONFIDENCE,
            limit: PAGE,
            ...(verdict && { verdicts: [verdict] }),
            ...(pageParam !== undefined && { cursor: pageParam }),
          },
        },
        { signal },
      ),
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });
}
