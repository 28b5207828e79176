import * as z from 'zod';
import { envelope } from './envelope.ts';

const count = z.number().int().nonnegative();

/** An accepted call and its amount of each counter. The subject is the operation's id; the id is unique per call. */
export const TenantUsageV1 = envelope(
  'tenant.usage',
  z.object({ requests: count, searches: count, uploads: count }),
);
export type TenantUsageV1 = z.infer<typeof TenantUsageV1>;
