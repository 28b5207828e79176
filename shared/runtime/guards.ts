import type { AuditLog } from '#shared/audit/audit-log.ts';
import type { Operation, OperatorOperation, TenantOperation } from '#shared/contracts/http/operation.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import type { Limiter } from '#shared/rate-limit/limiter.ts';
import type { RefusalLimiter } from '#shared/rate-limit/refusal-limiter.ts';
import type { Idempotency } from './idempotency.ts';

/** An open operation has no guards. */
export type OpenGuards = Record<never, never>;

export interface OperatorGuards {
  /** Records refusals, and every call of an operation that is `audited`. */
  audit: AuditLog;
  /** Counts refused calls that no tenant's limits cover. */
  refusals: RefusalLimiter;
}

export interface TenantGuards extends OperatorGuards {
  limiter: Limiter;
  /** Publishes `tenant.usage` for each admitted call: the meter. */
  publisher: EventPublisher;
}

interface Repeatable {
  /** Remembers replies by `Idempotency-Key`. */
  idempotency: Idempotency;
}
export interface IdempotentGuards extends TenantGuards, Repeatable {}
export interface IdempotentOperatorGuards extends OperatorGuards, Repeatable {}

/** The guards of an operation of a tenant or the operator; with `idempotency` where its type does not say that it is not idempotent. */
type GuardsFor<Op extends Operation, Guards> = [Op['idempotent']] extends [false | undefined]
  ? Guards
  : Guards & Repeatable;
export type TenantGuardsOf<Op extends TenantOperation> = GuardsFor<Op, TenantGuards>;
export type OperatorGuardsOf<Op extends OperatorOperation> = GuardsFor<Op, OperatorGuards>;
