import type { AuditLog } from '#shared/audit/audit-log.ts';
import type { TenantOperation } from '#shared/contracts/http/operation.ts';
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

export interface IdempotentGuards extends TenantGuards {
  /** Remembers replies by `Idempotency-Key`. */
  idempotency: Idempotency;
}

/** The guards of a tenant's operation; all of them where its type does not say that it is not idempotent. */
export type TenantGuardsOf<Op extends TenantOperation> = [Op['idempotent']] extends [false | undefined]
  ? TenantGuards
  : IdempotentGuards;
