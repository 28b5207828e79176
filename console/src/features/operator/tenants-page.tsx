import type { NewTenant } from '@deeplens/sdk';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Moment } from '../../ui/moment.tsx';
import { More } from '../../ui/more.tsx';
import { ShownOnce } from '../../ui/shown-once.tsx';
import { usePages } from '../../ui/use-pages.ts';
import { Wide } from '../../ui/wide.tsx';
import { CreateTenant } from './create-tenant.tsx';

/** All tenants, by id. */
export function TenantsPage() {
  const { client } = useSession();
  const queries = useQueryClient();
  const [made, setMade] = useState<NewTenant>();
  const list = usePages(['tenants'], (signal) => client.admin.tenants.list({ limit: 100 }, { signal }));
  return (
    <div className="page">
      <div className="page-head">
        <h1>Tenants</h1>
        <CreateTenant
          onMade={(tenant) => {
            setMade(tenant);
            void queries.invalidateQueries({ queryKey: ['tenants'] });
          }}
        />
      </div>
      {list.error && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Loading />}
      {list.isSuccess && list.items.length === 0 && (
        <div className="empty">
          <strong>No tenant yet.</strong>
          <p>A tenant is a customer, with keys, people, limits and pictures of its own.</p>
        </div>
      )}
      {list.items.length > 0 && (
        <Wide label="Tenants">
          <table>
            <thead>
              <tr>
                <th>Tenant</th>
                <th>Name</th>
                <th>Plan</th>
                <th>State</th>
                <th>Since</th>
              </tr>
            </thead>
            <tbody>
              {list.items.map(({ tenant_id, name, plan, state, created_at }) => (
                <tr key={tenant_id}>
                  <td>
                    <Link to="/operator/tenants/$tenantId" params={{ tenantId: tenant_id }}>
                      {tenant_id}
                    </Link>
                  </td>
                  <td>{name}</td>
                  <td>{plan}</td>
                  <td>
                    <span className={`tag ${state === 'active' ? 'indexed' : 'failed'}`}>{state}</span>
                  </td>
                  <td>
                    <Moment at={created_at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      <More {...list} />
      {made && (
        <ShownOnce
          title={`The first key of ${made.tenant_id}`}
          what="key"
          secret={made.api_key}
          howToRotate={made.how_to_rotate}
          onClose={() => setMade(undefined)}
        />
      )}
    </div>
  );
}
