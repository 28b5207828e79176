import { z } from 'zod';
import { envelope } from './envelope.ts';

const count = z.number().int().nonnegative();

/** A call that was let in, and what it took of each counter. The subject is the operation's id; the id is the call's own. */
export const TenantUsageV1 = envelope(
  'tenant.usage',
  z.object({ requests: count, searches: count, uploads: count }),
);
export type TenantUsageV1 = z.infer<typeof TenantUsageV1>;
