import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '#shared/audit/audit-entry.ts';
import { newAuditId, tenantId } from '#shared/kernel/ids.ts';
import { ownAudit } from '#shared/tenants/own-audit.ts';
import { addActiveTenant } from '../../fixtures/active-tenant.ts';
import { memoryAuditLog } from '../../memory/audit-log.ts';
import { memoryTenantStore } from '../../memory/tenant-store.ts';

const ACME = tenantId('acme');
const OTHER = tenantId('other');
/** Of `addActiveTenant`. */
const CREATED = '2026-11-01T00:00:00.000Z';
const AFTER = '2026-11-02T00:00:00.000Z';
const BEFORE = '2026-10-31T23:59:59.999Z';

const entryOf = (tenant: string | undefined, over: Partial<AuditEntry> = {}): AuditEntry => ({
  audit_id: newAuditId(),
  at: AFTER,
  ...(tenant !== undefined && { tenant_id: tenant }),
  actor: { kind: 'key', subject: 'key_1' },
  action: 'createKey',
  outcome: 'done',
  source_ip: '192.0.2.1',
  user_agent: 'curl',
  correlation_id: 'cor-1',
  ...over,
});

async function logOf(...entries: AuditEntry[]) {
  const [tenants, audit] = [memoryTenantStore(), memoryAuditLog()];
  for (const tenant of [ACME, OTHER]) await addActiveTenant(tenants, tenant);
  for (const entry of entries) await audit.append(entry);
  return ownAudit({ tenants, audit });
}
const span = { from: '2026-01-01T00:00:00Z', to: '2026-12-01T00:00:00Z', limit: 50 };

describe('a tenant’s own audit entries', () => {
  it('are those about it, and no others, whatever a call names', async () => {
    const own = entryOf(ACME);
    const list = await logOf(
      own,
      entryOf(OTHER),
      entryOf(undefined, { outcome: 'refused', claimed_tenant_id: ACME }),
      entryOf(OTHER, { outcome: 'refused', claimed_tenant_id: ACME }),
    );
    expect((await list(ACME, span)).items).toEqual([own]);
    const named = { ...span, tenant_id: OTHER };
    expect((await list(ACME, named)).items).toEqual([own]);
  });

  it('are filtered and paged like the operator’s', async () => {
    const entries = ['a', 'b', 'a', 'a'].map((action, n) =>
      entryOf(ACME, { action, at: AFTER.replace('.000Z', `.00${n}Z`) }),
    );
    const list = await logOf(...entries);
    const first = await list(ACME, { ...span, action: 'a', limit: 2 });
    expect(first.items).toEqual([entries[3], entries[2]]);
    const rest = await list(ACME, { ...span, action: 'a', limit: 2, cursor: first.nextCursor });
    expect(rest).toEqual({ items: [entries[0]] });
    await expect(
      list(OTHER, { ...span, action: 'a', limit: 2, cursor: first.nextCursor }),
    ).rejects.toMatchObject({
      code: 'invalid_cursor',
    });
  });

  it('begin with the tenant: not those of a tenant that had its id before', async () => {
    const [before, at] = [entryOf(ACME, { at: BEFORE }), entryOf(ACME, { at: CREATED })];
    const list = await logOf(before, at);
    expect((await list(ACME, span)).items).toEqual([at]);
    expect((await list(ACME, { ...span, to: CREATED })).items).toEqual([]);
  });

  it('do not show who of the operator’s people acted, nor from where', async () => {
    const list = await logOf(
      entryOf(ACME, {
        actor: { kind: 'operator', subject: 'ann', role: 'SystemAdmin' },
        action: 'changeTenant',
        after: { plan: 'pro' },
      }),
    );
    expect((await list(ACME, span)).items).toMatchObject([
      {
        action: 'changeTenant',
        actor: { kind: 'operator', subject: 'operator', role: 'SystemAdmin' },
        source_ip: 'unknown',
        user_agent: 'unknown',
        after: { plan: 'pro' },
      },
    ]);
  });
});
