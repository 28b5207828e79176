import '../tables.css';
import { useQuery } from '@tanstack/react-query';
import { useScope, useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { bytes, count, duration } from '../../ui/format.ts';
import { Tile } from '../../ui/tile.tsx';
import { Failures } from './failures.tsx';
import { StageTable } from './stage-table.tsx';

const REFRESH_MS = 5_000;

/** What the tenant has, and how far what it brought in is. */
export function PipelinePage() {
  const { client } = useSession();
  const overview = useQuery({
    queryKey: ['overview'],
    queryFn: ({ signal }) => client.reports.overview({ signal }),
    refetchInterval: REFRESH_MS, // pauses while the page is hidden
  });
  const canList = useScope('deeplens.search');
  const { data } = overview;
  return (
    <div className="page">
      <div className="page-head">
        <h1>Pipeline</h1>
        {data && <span className={`tag ${data.health === 'ok' ? 'indexed' : 'failed'}`}>{data.health}</span>}
      </div>
      {overview.error && <ErrorNote error={overview.error} onRetry={() => void overview.refetch()} />}
      {data && (
        <div className="row tiles">
          <Tile label="Waiting" value={count(data.pipeline.queue_depth)} />
          <Tile label="Oldest waits" value={duration(data.pipeline.oldest_age_s)} />
          <Tile label="Searchable a second" value={data.pipeline.images_per_s.toFixed(2)} />
          <Tile label="Pictures" value={count(data.images.total)} />
          <Tile label="Stored" value={bytes(data.storage_bytes)} />
          <Tile label="Duplicate groups" value={count(data.duplicates.groups)} />
          <Tile label="To be won" value={bytes(data.duplicates.reclaimable_bytes)} />
        </div>
      )}
      {data && <StageTable stages={data.pipeline.stages} />}
      {data && canList && <Failures failed={data.images.by_status.failed ?? 0} />}
      {data && (
        <div className="meters">
          <Counts title="By status" counts={data.images.by_status} />
          <Counts title="By format" counts={data.images.by_format} />
          <Counts title="By location" counts={data.images.by_storage} />
        </div>
      )}
    </div>
  );
}

const Counts = ({ title, counts }: { title: string; counts: Record<string, number> }) => (
  <section className="card">
    <table>
      <caption>{title}</caption>
      <tbody>
        {Object.entries(counts).map(([name, value]) => (
          <tr key={name}>
            <th scope="row" className="breaks">
              {name.startsWith('st_') ? <code>{name}</code> : name.replace('_', ' ')}
            </th>
            <td>{count(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);
