import type { Tenant } from '@deeplens/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Limits } from './limits-form.tsx';
import { asPlan, PLANS } from './plans.ts';
import { TenantKeys } from './tenant-keys.tsx';
import { TenantUsage } from './tenant-usage.tsx';

/** A tenant, as the operator sees it: plan, state, limits, keys and use. */
export function TenantPage() {
  const { client } = useSession();
  const { tenantId } = useParams({ from: '/operator/tenants/$tenantId' });
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['tenant', tenantId],
    queryFn: ({ signal }) => client.admin.tenants.get(tenantId, { signal }),
  });
  return (
    <div className="page">
      <p>
        <Link to="/operator/tenants">Tenants</Link>
      </p>
      <div className="page-head">
        <h1>{tenantId}</h1>
        {data && (
          <span className={`tag ${data.state === 'active' ? 'indexed' : 'failed'}`}>{data.state}</span>
        )}
      </div>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {isPending && <Loading />}
      {data && (
        <>
          <Facts key={data.plan} tenant={data} />
          <TenantUsage tenantId={tenantId} />
          <Limits tenantId={tenantId} />
          <TenantKeys tenantId={tenantId} />
        </>
      )}
    </div>
  );
}

function Facts({ tenant }: { tenant: Tenant }) {
  const { client } = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { tenant_id, name, plan, state, created_at } = tenant;
  const [chosen, setChosen] = useState(plan);
  const change = useMutation({
    mutationFn: (to: Parameters<typeof client.admin.tenants.change>[1]) =>
      client.admin.tenants.change(tenant_id, to),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['tenant', tenant_id] });
      await queries.invalidateQueries({ queryKey: ['limits of', tenant_id] });
      await queries.invalidateQueries({ queryKey: ['tenants'] });
    },
  });
  return (
    <section className="card" aria-label="Tenant">
      <dl className="facts">
        <dt>Name</dt>
        <dd>{name}</dd>
        <dt>Since</dt>
        <dd>
          <Moment at={created_at} />
        </dd>
        <dt>What was changed</dt>
        <dd>
          <Link to="/operator/audit" search={{ tenant_id }}>
            its entries in the audit log
          </Link>
        </dd>
      </dl>
      <div className="row">
        <label>
          Plan{' '}
          <select value={chosen} onChange={({ target }) => setChosen(asPlan(target.value))}>
            {PLANS.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        {chosen !== plan && (
          <button
            type="button"
            className="primary"
            disabled={change.isPending}
            onClick={() => change.mutate({ plan: chosen })}
          >
            Change from {plan} to {chosen}
          </button>
        )}
        {state === 'active' && (
          <Confirm
            label="Suspend…"
            title={`Suspend ${tenant_id}`}
            toType={{ word: tenant_id, what: 'id' }}
            confirm="Suspend"
            run={async () => client.admin.tenants.change(tenant_id, { state: 'suspended' })}
            onDone={() => void queries.invalidateQueries({ queryKey: ['tenant', tenant_id] })}
          >
            <p>All its keys and people are refused from the next call on. Its data stay.</p>
          </Confirm>
        )}
        {state === 'suspended' && (
          <button
            type="button"
            disabled={change.isPending}
            onClick={() => change.mutate({ state: 'active' })}
          >
            End the suspension
          </button>
        )}
        <Confirm
          label="Delete…"
          title={`Delete ${tenant_id}`}
          toType={{ word: tenant_id, what: 'id' }}
          confirm="Delete all of it"
          run={async () => client.admin.tenants.delete(tenant_id)}
          onDone={() => void navigate({ to: '/operator/jobs', search: { kind: 'tenant_purge' } })}
        >
          <p>
            Its pictures, records, keys and people are deleted by a job, which ends with a receipt. It cannot
            be undone.
          </p>
        </Confirm>
      </div>
      {change.error && <ErrorNote error={change.error} />}
    </section>
  );
}
