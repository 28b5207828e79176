import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { bytes, count, percent } from '../../ui/format.ts';
import { Loading } from '../../ui/loading.tsx';
import { Tile } from '../../ui/tile.tsx';
import { Wide } from '../../ui/wide.tsx';

const SHOWN = 1_000;
const DOLLARS = new Intl.NumberFormat(undefined, { style: 'currency', currency: 'USD' });

/** Lists what each tenant stores and costs, the costliest first. */
export function CapacityPage() {
  const { client } = useSession();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['capacity'],
    queryFn: ({ signal }) => client.admin.capacity({ limit: SHOWN }, { signal }),
  });
  return (
    <div className="page">
      <h1>Capacity</h1>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {isPending && <Loading />}
      {data && (
        <>
          <div className="row tiles">
            <Tile label="Tenants" value={count(data.totals.tenants)} />
            <Tile label="Pictures" value={count(data.totals.images)} />
            <Tile label="Stored" value={bytes(data.totals.bytes)} />
            <Tile label="Vectors" value={count(data.totals.vectors)} />
            <Tile label="Memory of the index" value={bytes(data.totals.index_memory_bytes)} />
            <Tile label="In the pipeline" value={count(data.totals.queued)} />
            <Tile label="A month, estimated" value={DOLLARS.format(data.totals.cost_estimate_usd)} />
          </div>
          <Wide label="Tenants by cost">
            <table>
              <thead>
                <tr>
                  <th>Tenant</th>
                  <th>Plan</th>
                  <th>Pictures</th>
                  <th>Stored</th>
                  <th>Of the index</th>
                  <th>In the pipeline</th>
                  <th>A month</th>
                </tr>
              </thead>
              <tbody>
                {data.tenants.map((tenant) => (
                  <tr key={tenant.tenant_id}>
                    <td>
                      <Link to="/operator/tenants/$tenantId" params={{ tenantId: tenant.tenant_id }}>
                        {tenant.tenant_id}
                      </Link>
                    </td>
                    <td>{tenant.plan}</td>
                    <td>{count(tenant.images)}</td>
                    <td>{bytes(tenant.bytes)}</td>
                    <td>{percent(tenant.index_share)}</td>
                    <td>
                      {count(tenant.queued)} <span className="note">{percent(tenant.queue_share)}</span>
                    </td>
                    <td>{DOLLARS.format(tenant.cost_estimate_usd)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Wide>
        </>
      )}
    </div>
  );
}
