import { z } from 'zod';
import { AuditTableEnv, dynamoAuditLog } from '#shared/audit/dynamodb-audit-log.ts';
import { SnsEnv, snsPublisher } from '#shared/messaging/sns-publisher.ts';
import { dynamoWindows, LimitsTableEnv } from '#shared/rate-limit/dynamodb-window-store.ts';
import { leasingLimiter } from '#shared/rate-limit/leasing-limiter.ts';

/** What a function needs of its environment to serve a tenant's routes. */
export const FrontDoorEnv = z.object({ ...LimitsTableEnv.shape, ...AuditTableEnv.shape, ...SnsEnv.shape });

/** Those who let a tenant's calls in, tell of them, and write down who was refused. */
export const frontDoor = (env: z.output<typeof FrontDoorEnv>) => ({
  limiter: leasingLimiter(dynamoWindows({ table: env.LIMITS_TABLE })),
  audit: dynamoAuditLog({ table: env.AUDIT_TABLE }),
  publisher: snsPublisher({ topicArn: env.EVENTS_TOPIC_ARN }),
});

export const OperatorDoorEnv = AuditTableEnv;

/** The operator's calls are written down; they are not limited. */
export const operatorDoor = (env: z.output<typeof OperatorDoorEnv>) => ({
  audit: dynamoAuditLog({ table: env.AUDIT_TABLE }),
});
