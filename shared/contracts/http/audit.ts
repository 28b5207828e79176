import { z } from 'zod';
import { Cursor, TenantIdField, Time } from './fields.ts';
import { operation } from './operation.ts';

const AuditEntryReply = z
  .object({
    audit_id: z.string(),
    at: Time,
    tenant_id: z.string().optional(),
    actor: z.object({
      kind: z.enum(['key', 'person', 'operator', 'nobody']),
      subject: z.string(),
      role: z.string().optional(),
    }),
    action: z.string().meta({ description: 'The operation’s id.' }),
    target: z.string().optional(),
    outcome: z.enum(['done', 'refused', 'failed']),
    code: z.string().optional(),
    detail: z.string().optional(),
    source_ip: z.string(),
    user_agent: z.string(),
    before: z.unknown().optional(),
    after: z.unknown().optional(),
    correlation_id: z.string(),
  })
  .meta({ id: 'AuditEntry' });

export const listAudit = operation({
  id: 'listAudit',
  tag: 'Operator',
  method: 'GET',
  path: '/v1/admin/audit',
  summary: 'Who changed what, and who was refused; newest first',
  policy: 'SystemAdmin',
  query: z.object({
    tenant_id: TenantIdField.optional(),
    actor: z.string().min(1).max(256).optional().meta({ description: 'The actor’s subject.' }),
    action: z.string().min(1).max(64).optional(),
    from: Time.optional().meta({ description: 'Inclusive; 30 days before `to`, if left out.' }),
    to: Time.optional().meta({ description: 'Exclusive; now, if left out.' }),
    cursor: Cursor,
    limit: z.coerce.number().int().min(1).max(100).default(50),
  }),
  reply: {
    status: 200,
    description: 'A page of entries.',
    schema: z.object({ entries: z.array(AuditEntryReply), next_cursor: z.string().optional() }),
  },
  problems: ['invalid_cursor'],
});

export const revokeTokens = operation({
  id: 'revokeTokens',
  tag: 'Operator',
  method: 'POST',
  path: '/v1/admin/revocations',
  summary: 'Refuse all tokens that a person or client holds now',
  policy: 'SystemAdmin',
  audited: true,
  body: z.object({
    issuer: z.url().optional().meta({ description: 'The service’s own user pool, if left out.' }),
    subject: z.string().min(1).max(256).meta({ description: 'The tokens’ `sub`.' }),
  }),
  reply: {
    status: 201,
    description: 'Tokens issued until now are refused; those issued from now on are not.',
    schema: z.object({ subject: z.string(), revoked_at: Time }),
  },
  problems: [],
});
