import { z } from 'zod';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';
import { UsagePlansEnv } from '#shared/tenants/ssm-plan-ids.ts';

export const Env = TenantsTableEnv.extend({
  ...UsagePlansEnv.shape,
  /** Seconds after which a run leaves the rest to the next one. */
  EXPIRE_KEYS_BUDGET_SECONDS: z.coerce.number().positive(),
});

/** The event of the hourly schedule, which looks for keys without a valid record. */
export const Sweep = z.object({ sweep: z.literal(true) });
export type Sweep = z.infer<typeof Sweep>;
