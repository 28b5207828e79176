import { useSearch } from '@tanstack/react-router';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Loading } from '../../ui/loading.tsx';
import { More } from '../../ui/more.tsx';
import { usePages } from '../../ui/use-pages.ts';
import { AuditEntryCard } from './audit-entry.tsx';
import { AuditFilters } from './audit-filters.tsx';
import { ExportAudit } from './export-audit.tsx';

/** Lists the audit log, newest first: changes and refused attempts. */
export function AuditPage() {
  const { client } = useSession();
  const address = useSearch({ from: '/operator/audit' });
  const { tenant_id, actor, action, from, to } = address;
  const query = {
    ...(tenant_id !== undefined && { tenant_id }),
    ...(actor !== undefined && { actor }),
    ...(action !== undefined && { action }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
  const list = usePages(['audit', query], (signal) =>
    client.admin.listAudit({ ...query, limit: 50 }, { signal }),
  );
  return (
    <div className="page">
      <div className="page-head">
        <h1>Audit</h1>
        <ExportAudit query={query} />
      </div>
      <AuditFilters key={JSON.stringify(address)} address={address} />
      {list.error && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Loading />}
      {list.isSuccess && list.items.length === 0 && !list.hasNextPage && (
        <div className="empty">
          <strong>No entry in that time is like that.</strong>
          <p>
            Every change is here, and every call that was refused. Without a start, the last 30 days are
            searched.
          </p>
        </div>
      )}
      {list.items.map((entry) => (
        <AuditEntryCard key={entry.audit_id} entry={entry} />
      ))}
      <More {...list} />
    </div>
  );
}
