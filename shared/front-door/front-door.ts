import { z } from 'zod';
import { AuditTableEnv, dynamoAudit } from '#shared/catalog/dynamodb-audit.ts';
import { dynamoWindows, LimitsTableEnv } from '#shared/catalog/dynamodb-windows.ts';
import { leasingLimiter } from '#shared/limits/leasing-limiter.ts';

/** What a function needs of its environment to serve a tenant's routes. */
export const FrontDoorEnv = z.object({ ...LimitsTableEnv.shape, ...AuditTableEnv.shape });

/** Those who let a tenant's calls in, and write down who was refused. */
export const frontDoor = (env: z.output<typeof FrontDoorEnv>) => ({
  limiter: leasingLimiter(dynamoWindows({ table: env.LIMITS_TABLE })),
  audit: dynamoAudit({ table: env.AUDIT_TABLE }),
});

export const OperatorDoorEnv = AuditTableEnv;

/** The operator's calls are written down; they are not limited. */
export const operatorDoor = (env: z.output<typeof OperatorDoorEnv>) => ({
  audit: dynamoAudit({ table: env.AUDIT_TABLE }),
});
