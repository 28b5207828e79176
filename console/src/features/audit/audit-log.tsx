import type { AuditEntry, PagePromise } from '@deeplens/sdk';
import type { AuditAddress } from '../../app/audit-address.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Loading } from '../../ui/loading.tsx';
import { More } from '../../ui/more.tsx';
import { usePages } from '../../ui/use-pages.ts';
import { AuditEntryCard } from './audit-entry.tsx';
import { AuditFilters } from './audit-filters.tsx';
import { ExportAudit } from './export-audit.tsx';

/** The filters that the address has. */
export type AuditQuery = { [Name in keyof AuditAddress]?: NonNullable<AuditAddress[Name]> };

interface AuditLogProps {
  /** Whose log it is: lists of one are not shown for another. */
  of: 'operator' | 'tenant';
  address: AuditAddress;
  onFind: (address: AuditAddress) => void;
  list: (
    query: AuditQuery & { limit: number },
    options?: { signal: AbortSignal },
  ) => PagePromise<AuditEntry, unknown>;
}

/** Lists the audit log, newest first: changes and refused attempts. */
export function AuditLog({ of, address, onFind, list }: AuditLogProps) {
  const { tenant_id, actor, action, from, to } = address;
  const query: AuditQuery = {
    ...(tenant_id !== undefined && { tenant_id }),
    ...(actor !== undefined && { actor }),
    ...(action !== undefined && { action }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
  const found = usePages(['audit', of, query], (signal) => list({ ...query, limit: 50 }, { signal }));
  return (
    <div className="page">
      <div className="page-head">
        <h1>Audit log</h1>
        <ExportAudit read={(limit) => list({ ...query, limit: 100 }).toArray({ limit })} />
      </div>
      <AuditFilters
        key={JSON.stringify(address)}
        address={address}
        withTenant={of === 'operator'}
        onFind={onFind}
      />
      {found.error && <ErrorNote error={found.error} onRetry={() => void found.refetch()} />}
      {found.isPending && <Loading />}
      {found.isSuccess && found.items.length === 0 && !found.hasNextPage && (
        <div className="empty">
          <strong>No entry in that time is like that.</strong>
          <p>
            Every change is here, and every call that was refused. Without a start, the last 30 days are
            searched.
          </p>
        </div>
      )}
      {found.items.map((entry) => (
        <AuditEntryCard key={entry.audit_id} entry={entry} />
      ))}
      <More {...found} />
    </div>
  );
}
