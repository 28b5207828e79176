import * as z from 'zod';
import { ROLES } from '#shared/kernel/access.ts';
import { AuditIdField } from '#shared/kernel/id-fields.ts';
import { PROBLEM_CODES } from '#shared/kernel/problems.ts';

/** A change or a refused attempt. Field names as stored and on the wire; never contains a secret. */
export const AuditEntry = z.object({
  audit_id: AuditIdField,
  at: z.string(),
  /** The affected tenant; absent if unknown. */
  tenant_id: z.string().exactOptional(),
  /** A tenant that the call names, and to which the caller has proved no relation. Not indexed. */
  claimed_tenant_id: z.string().exactOptional(),
  /** `kind` and `role`: see `Caller`. */
  actor: z.object({
    kind: z.enum(['key', 'person', 'operator', 'nobody']),
    subject: z.string(),
    role: z.enum(ROLES).exactOptional(),
  }),
  /** The operation's id; `unknown` if the call matches none. */
  action: z.string(),
  /** Id of the tenant, key or job to change; at most 200 characters. */
  target: z.string().exactOptional(),
  /** `started` is written before a change is made, under the id of the entry of its outcome. */
  outcome: z.enum(['started', 'done', 'refused', 'failed']),
  /** The reason of a refusal or failure. */
  code: z.enum(PROBLEM_CODES).exactOptional(),
  detail: z.string().exactOptional(),
  source_ip: z.string(),
  user_agent: z.string(),
  before: z.unknown().exactOptional(),
  after: z.unknown().exactOptional(),
  correlation_id: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;
