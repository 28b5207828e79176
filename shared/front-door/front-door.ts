import type { z } from 'zod';
import { dynamoWindows, LimitsTableEnv } from '#shared/catalog/dynamodb-windows.ts';
import { leasingLimiter } from '#shared/limits/leasing-limiter.ts';

/** What a function needs of its environment to serve a tenant's routes. */
export const FrontDoorEnv = LimitsTableEnv;

/** Those who let a tenant's calls in. */
export const frontDoor = (env: z.output<typeof FrontDoorEnv>) => ({
  limiter: leasingLimiter(dynamoWindows({ table: env.LIMITS_TABLE })),
});
