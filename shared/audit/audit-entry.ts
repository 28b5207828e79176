import type { Role } from '#shared/kernel/access.ts';
import type { Caller } from '#shared/kernel/caller.ts';
import type { AuditId } from '#shared/kernel/ids.ts';
import type { ProblemCode } from '#shared/kernel/problems.ts';

/** A change or a refused attempt. Field names as stored and on the wire; never contains a secret. */
export interface AuditEntry {
  audit_id: AuditId;
  at: string;
  /** The affected tenant; absent if unknown. */
  tenant_id?: string;
  actor: { kind: Caller['kind']; subject: string; role?: Role };
  /** The operation's id. */
  action: string;
  /** Id of the tenant, key or job to change. */
  target?: string;
  outcome: 'done' | 'refused' | 'failed';
  /** The reason of a refusal or failure. */
  code?: ProblemCode;
  detail?: string;
  source_ip: string;
  user_agent: string;
  before?: unknown;
  after?: unknown;
  correlation_id: string;
}
