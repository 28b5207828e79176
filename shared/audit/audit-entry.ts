import type { Role } from '#shared/kernel/access.ts';
import type { Caller } from '#shared/kernel/caller.ts';
import type { AuditId } from '#shared/kernel/ids.ts';
import type { ProblemCode } from '#shared/kernel/problems.ts';

/** Who did or tried what, when, from where. Field names as stored and on the wire; never a secret. */
export interface AuditEntry {
  audit_id: AuditId;
  at: string;
  /** The tenant that it is about; absent where none could be told. */
  tenant_id?: string;
  actor: { kind: Caller['kind']; subject: string; role?: Role };
  /** The operation's id. */
  action: string;
  /** The thing that was to be changed: a tenant's, a key's or a job's id. */
  target?: string;
  outcome: 'done' | 'refused' | 'failed';
  /** Why it was refused or failed. */
  code?: ProblemCode;
  detail?: string;
  source_ip: string;
  user_agent: string;
  before?: unknown;
  after?: unknown;
  correlation_id: string;
}
