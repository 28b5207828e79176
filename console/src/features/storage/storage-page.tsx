import '../tables.css';
import type { StorageLocation } from '@deeplens/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useScope, useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { count } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';
import { AddLocation } from './add-location.tsx';
import { RemoveLocation } from './remove-location.tsx';
import { ScanList } from './scan-list.tsx';

/** The tenant's own storage locations, and their scans. */
export function StoragePage() {
  const { client } = useSession();
  const list = useQuery({
    queryKey: ['storages'],
    queryFn: ({ signal }) => client.storages.list({ signal }),
  });
  const seesJobs = useScope('deeplens.metrics');
  const [adding, setAdding] = useState(false);
  const storages = list.data;
  return (
    <div className="page">
      <div className="page-head">
        <h1>Storage</h1>
        {!adding && (
          <button type="button" className="primary" onClick={() => setAdding(true)}>
            Add a location…
          </button>
        )}
      </div>
      {adding && <AddLocation onDone={() => setAdding(false)} />}
      {list.error && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && (
        <p role="status" className="note">
          Loading…
        </p>
      )}
      {storages?.length === 0 && !adding && (
        <div className="empty">
          <strong>No bucket or container of your own yet.</strong>
          <p>
            Pictures can stay where they are: we list and read them there, and scans follow what changes. You
            need rights to make a role or a key at the provider.
          </p>
        </div>
      )}
      {storages?.map((storage) => (
        <Location key={storage.storage_id} storage={storage} />
      ))}
      {seesJobs ? (
        <ScanList />
      ) : (
        <p className="note">
          Scans and how far they are can be seen with the scope <code>deeplens.metrics</code>.
        </p>
      )}
    </div>
  );
}

function Location({ storage }: { storage: StorageLocation }) {
  const { client } = useSession();
  const queries = useQueryClient();
  const trial = useMutation({ mutationFn: () => client.storages.test(storage.storage_id) });
  const scan = useMutation({
    mutationFn: () => client.scans.start({ storage_id: storage.storage_id }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['scans'] }),
  });
  const { config, prefix } = storage;
  const place = 'bucket' in config ? config.bucket : `${config.account}/${config.container}`;
  return (
    <section className="card" aria-label={storage.name}>
      <div className="row">
        <h2 className="grow">{storage.name}</h2>
        <span className="tag">{storage.type}</span>
        <button type="button" disabled={trial.isPending} onClick={() => trial.mutate()}>
          Test
        </button>
        <button
          type="button"
          className="primary"
          disabled={scan.isPending || storage.state !== 'active'}
          onClick={() => scan.mutate()}
        >
          Scan now
        </button>
        {storage.state === 'active' && <RemoveLocation storage={storage} />}
      </div>
      <dl className="facts">
        <dt>Place</dt>
        <dd>
          <code>
            {place}/{prefix}
          </code>
        </dd>
        <dt>Pictures</dt>
        <dd>
          {count(storage.images)}, {count(storage.missing)} missing
        </dd>
        <dt>Scans</dt>
        <dd>
          {storage.schedule ? `every ${storage.schedule.every_hours} hours` : 'when asked for'}
          {storage.next_scan_at && (
            <>
              , next <Moment at={storage.next_scan_at} />
            </>
          )}
        </dd>
      </dl>
      <p role="status">{trial.isSuccess && 'It can be read.'}</p>
      {trial.error && <ErrorNote error={trial.error} />}
      {scan.error && <ErrorNote error={scan.error} />}
    </section>
  );
}
