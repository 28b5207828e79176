import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useSession } from '../../app/session.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Wide } from '../../ui/wide.tsx';

/** The keys of a tenant, which the operator can revoke. */
export function TenantKeys({ tenantId }: { tenantId: string }) {
  const { client } = useSession();
  const queries = useQueryClient();
  const queryKey = ['keys of', tenantId];
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: ({ signal }) => client.admin.tenants.listKeys(tenantId, { signal }),
  });
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  return (
    <Wide label="Keys">
      <table>
        <caption>Keys</caption>
        <thead>
          <tr>
            <th>Name</th>
            <th>Scopes</th>
            <th>Last used</th>
            <th>State</th>
            <th>Change</th>
          </tr>
        </thead>
        <tbody>
          {data?.keys.map(({ key_id, name, scopes, last_used_at, state }) => (
            <tr key={key_id}>
              <td>{name}</td>
              <td>{scopes.map((scope) => scope.replace('deeplens.', '')).join(', ') || 'none'}</td>
              <td>{last_used_at ? <Moment at={last_used_at} /> : 'never'}</td>
              <td>
                <span className={`tag ${state === 'active' ? 'indexed' : ''}`}>{state}</span>
              </td>
              <td>
                {state === 'active' && (
                  <Confirm
                    label="Revoke…"
                    title={`Revoke ${name}`}
                    toType={{ word: name, what: 'name' }}
                    confirm="Revoke"
                    run={async () => client.admin.tenants.revokeKey(tenantId, key_id)}
                    onDone={() => void queries.invalidateQueries({ queryKey })}
                  >
                    <p>Whatever calls with it is refused within minutes. It cannot be undone.</p>
                  </Confirm>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
