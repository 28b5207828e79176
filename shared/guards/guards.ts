import * as z from 'zod';
import { SnsEnv, snsPublisher } from '#shared/messaging/sns-publisher.ts';
import { dynamoWindows, LimitsTableEnv } from '#shared/rate-limit/dynamodb-window-store.ts';
import { leasingLimiter } from '#shared/rate-limit/leasing-limiter.ts';
import { refusalLimiter } from '#shared/rate-limit/refusal-limiter.ts';
import type {
  IdempotentGuards,
  IdempotentOperatorGuards,
  OperatorGuards,
  TenantGuards,
} from '#shared/runtime/guards.ts';
import { AuditGuardEnv, auditGuard } from './audit-guard.ts';
import { dynamoIdempotency, IdempotencyEnv } from './dynamodb-idempotency.ts';

export const OperatorGuardsEnv = AuditGuardEnv;

/** The guards of a function that serves the operator alone. */
export const operatorGuards = (env: z.output<typeof OperatorGuardsEnv>): OperatorGuards => ({
  audit: auditGuard(env),
  refusals: refusalLimiter(),
});

export const TenantGuardsEnv = z.object({
  ...OperatorGuardsEnv.shape,
  ...LimitsTableEnv.shape,
  ...SnsEnv.shape,
});

/** The guards of a function that serves tenants. */
export const tenantGuards = (env: z.output<typeof TenantGuardsEnv>): TenantGuards => ({
  ...operatorGuards(env),
  limiter: leasingLimiter(dynamoWindows({ table: env.LIMITS_TABLE })),
  publisher: snsPublisher({ topicArn: env.EVENTS_TOPIC_ARN }),
});

export const IdempotentGuardsEnv = TenantGuardsEnv.extend(IdempotencyEnv.shape);

/** The guards of a function that serves tenants' idempotent operations too. */
export const idempotentGuards = (env: z.output<typeof IdempotentGuardsEnv>): IdempotentGuards => ({
  ...tenantGuards(env),
  idempotency: dynamoIdempotency({ table: env.ACTIVITY_TABLE }),
});

export const IdempotentOperatorGuardsEnv = OperatorGuardsEnv.extend(IdempotencyEnv.shape);

/** The guards of a function that serves idempotent operations of the operator alone. */
export const idempotentOperatorGuards = (
  env: z.output<typeof IdempotentOperatorGuardsEnv>,
): IdempotentOperatorGuards => ({
  ...operatorGuards(env),
  idempotency: dynamoIdempotency({ table: env.ACTIVITY_TABLE }),
});
