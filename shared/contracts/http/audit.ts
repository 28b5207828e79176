import * as z from 'zod';
import { Cursor, limitOf, TenantIdField, Time } from './fields.ts';
import { operation } from './operation.ts';

const AuditEntryReply = z
  .object({
    audit_id: z.string(),
    at: Time,
    tenant_id: z.string().optional(),
    claimed_tenant_id: z.string().optional().meta({
      description: 'The tenant that a refused call named without proof of belonging to it.',
    }),
    actor: z.object({
      kind: z.enum(['key', 'person', 'operator', 'nobody']),
      subject: z.string(),
      role: z.string().optional(),
    }),
    action: z.string().meta({ description: 'The id of the operation; `unknown` if the call matches none.' }),
    target: z.string().optional(),
    outcome: z.enum(['started', 'done', 'refused', 'failed']).meta({
      description:
        '`started`: the change is being made, or was made and its outcome could not be recorded. Compare with the current state.',
    }),
    code: z.string().optional(),
    detail: z.string().optional(),
    source_ip: z.string(),
    user_agent: z.string(),
    before: z.unknown().optional(),
    after: z.unknown().optional(),
    correlation_id: z.string(),
  })
  .meta({ id: 'AuditEntry' });

const Filters = {
  actor: z.string().min(1).max(256).optional().meta({ description: 'The `subject` of the actor.' }),
  action: z.string().min(1).max(64).optional(),
  from: Time.optional().meta({ description: 'Start, inclusive; by default 30 days before `to`.' }),
  to: Time.optional().meta({ description: 'End, exclusive; by default now.' }),
  cursor: Cursor,
  limit: limitOf(100, 50),
};

const AuditReply = z.object({ entries: z.array(AuditEntryReply), next_cursor: z.string().optional() });

export const listOwnAudit = operation({
  id: 'listOwnAudit',
  tag: 'Tenant',
  method: 'GET',
  path: '/v1/audit',
  summary: 'List the audit entries about your tenant, newest first',
  policy: 'AdminOnly',
  query: z.strictObject(Filters),
  reply: {
    status: 200,
    description:
      'A page of audit entries, from the tenant’s creation on. Of what the operator did, person, address and user agent are not shown.',
    schema: AuditReply,
  },
  problems: ['invalid_cursor'],
});

export const listAudit = operation({
  id: 'listAudit',
  tag: 'Operator',
  method: 'GET',
  path: '/v1/admin/audit',
  summary: 'List audit entries, newest first',
  policy: 'SystemAdmin',
  query: z.strictObject({ tenant_id: TenantIdField.optional(), ...Filters }),
  reply: { status: 200, description: 'A page of audit entries.', schema: AuditReply },
  problems: ['invalid_cursor'],
});

export const revokeTokens = operation({
  id: 'revokeTokens',
  tag: 'Operator',
  method: 'POST',
  path: '/v1/admin/revocations',
  summary: 'Revoke the current tokens of a person or client',
  policy: 'SystemAdmin',
  audited: true,
  body: z.strictObject({
    issuer: z
      .url()
      .max(2048)
      .optional()
      .meta({ description: 'The issuer of the tokens; by default the service’s user pool.' }),
    subject: z.string().min(1).max(256).meta({ description: 'The `sub` claim of the tokens.' }),
  }),
  reply: {
    status: 201,
    description:
      'Tokens issued up to `revoked_at`, and keys that the person made for its tenant by then, are refused; later ones are accepted.',
    schema: z.object({ subject: z.string(), revoked_at: Time }),
  },
  problems: [],
});
