import type { AuditEntry } from '#shared/audit/audit-entry.ts';
import type { AuditLog, AuditQuery } from '#shared/audit/audit-log.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { Page } from '#shared/kernel/page.ts';
import { findTenant } from './change-tenant.ts';
import type { TenantStore } from './tenant-store.ts';

interface Ports {
  tenants: TenantStore;
  audit: Pick<AuditLog, 'list'>;
}

/**
 * Lists the audit entries about a tenant, for its Admins. The list begins with the tenant's creation: its id may have been
 * another tenant's before.
 * @throws Problem `invalid_cursor`
 */
export const ownAudit = ({ tenants, audit }: Ports) => {
  const find = findTenant({ tenants });
  return async (
    tenant: TenantId,
    query: Omit<AuditQuery, 'tenant_id' | 'earliest'>,
  ): Promise<Page<AuditEntry>> => {
    const { created_at } = await find(tenant);
    const page = await audit.list({ ...query, tenant_id: tenant, earliest: created_at });
    return { ...page, items: page.items.map(withoutOperator) };
  };
};

/** Hides which of the operator's people acted, and from where. */
const withoutOperator = (entry: AuditEntry): AuditEntry =>
  entry.actor.kind === 'operator'
    ? {
        ...entry,
        actor: { ...entry.actor, subject: 'operator' },
        source_ip: 'unknown',
        user_agent: 'unknown',
      }
    : entry;
