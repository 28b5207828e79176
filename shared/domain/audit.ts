import type { AuditId } from './ids.ts';
import type { ProblemCode } from './problems.ts';
import type { Caller, Role } from './tenant.ts';

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
