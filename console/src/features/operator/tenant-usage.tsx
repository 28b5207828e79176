import { useQuery } from '@tanstack/react-query';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { count } from '../../ui/format.ts';
import { Tile } from '../../ui/tile.tsx';

/** What a tenant has used in this month. */
export function TenantUsage({ tenantId }: { tenantId: string }) {
  const { client } = useSession();
  const { data, error, refetch } = useQuery({
    queryKey: ['usage of', tenantId],
    queryFn: ({ signal }) => client.admin.tenants.usage(tenantId, {}, { signal }),
  });
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  return (
    <section className="row tiles" aria-label="Use in this month">
      <Tile label={`Calls in ${data.period}`} value={count(data.requests)} />
      <Tile label="Searches" value={count(data.searches)} />
      <Tile label="Pictures brought in" value={count(data.uploads)} />
    </section>
  );
}
