import { useQuery } from '@tanstack/react-query';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { MonthCharts } from '../usage/month-charts.tsx';

/** What a tenant has used in this month. */
export function TenantUsage({ tenantId }: { tenantId: string }) {
  const { client } = useSession();
  const { data, dataUpdatedAt, error, refetch } = useQuery({
    queryKey: ['usage of', tenantId],
    queryFn: ({ signal }) => client.admin.tenants.usage(tenantId, {}, { signal }),
  });
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  return (
    <section className="stack" aria-label="Use in this month">
      <h2>{data.period}</h2>
      <MonthCharts usage={data} now={dataUpdatedAt} />
    </section>
  );
}
