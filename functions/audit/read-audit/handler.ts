import type { AuditEntry } from '#shared/audit/audit-entry.ts';
import { listAudit, listOwnAudit } from '#shared/contracts/http/audit.ts';
import { tenantGuards } from '#shared/guards/guards.ts';
import type { Page } from '#shared/kernel/page.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { operatorRoute, tenantRoute } from '#shared/runtime/routes.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { ownAudit } from '#shared/tenants/own-audit.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const guards = tenantGuards(env);
const { audit } = guards;
const listOwn = ownAudit({ audit, tenants: dynamoTenantStore({ table: env.TENANTS_TABLE }) });

const replyOf = ({ items, nextCursor }: Page<AuditEntry>) => ({
  entries: items,
  ...(nextCursor !== undefined && { next_cursor: nextCursor }),
});

export const handler = httpFunction(
  [
    tenantRoute(listOwnAudit, async ({ tenant, query }) => replyOf(await listOwn(tenant, query))),
    operatorRoute(listAudit, async ({ query }) => replyOf(await audit.list(query))),
  ],
  guards,
);
