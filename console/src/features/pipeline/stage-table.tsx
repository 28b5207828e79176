import type { DeepLens } from '@deeplens/sdk';
import { useQueries } from '@tanstack/react-query';
import { useScope, useSession } from '../../app/session.tsx';
import { count, duration } from '../../ui/format.ts';
import { Wide } from '../../ui/wide.tsx';
import { rateOf, type Sample, STAGES } from './stage-rates.ts';
import { useSamples } from './use-samples.ts';

interface StageTableProps {
  byStatus: Sample['byStatus'];
  /** When that was read, in ms. */
  at: number;
}

/** How many pictures wait for each stage, since when, and how fast they pass. */
export function StageTable({ byStatus, at }: StageTableProps) {
  const { client } = useSession();
  const canList = useScope('deeplens.search');
  const samples = useSamples(byStatus, at);
  const oldest = useQueries({
    queries: STAGES.map(({ waits }) => ({
      ...oldestQuery(client, waits ?? 'processed'),
      enabled: canList && waits !== undefined && (byStatus[waits] ?? 0) > 0,
    })),
  });
  return (
    <Wide label="Stages">
      <table>
        <caption>Stages</caption>
        <thead>
          <tr>
            <th>Stage</th>
            <th>Waiting</th>
            <th>Oldest waits</th>
            <th>A second</th>
            <th>What it does</th>
          </tr>
        </thead>
        <tbody>
          {STAGES.map(({ stage, waits, what }, index) => {
            const depth = waits && (byStatus[waits] ?? 0);
            const since = depth ? oldest[index]?.data : undefined;
            return (
              <tr key={stage}>
                <th scope="row">{stage}</th>
                <td>{depth === undefined ? '–' : count(depth)}</td>
                <td>{since ? duration(Math.max(0, (at - since) / 1000)) : '–'}</td>
                <td>{rateOf(stage, samples)?.toFixed(2) ?? '–'}</td>
                <td className="note">{what}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Wide>
  );
}

const REFRESH_MS = 10_000;

/** Options of the query for when the oldest picture of a status was requested, in ms. */
const oldestQuery = (client: DeepLens, status: 'uploaded' | 'validated' | 'processed') => ({
  queryKey: ['oldest', status],
  queryFn: async ({ signal }: { signal: AbortSignal }) => {
    const { items } = await client.images.list({ status, sort: 'created_at', limit: 1 }, { signal });
    return items[0] ? Date.parse(items[0].created_at) : null;
  },
  refetchInterval: REFRESH_MS,
});
