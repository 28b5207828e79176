import * as z from 'zod';
import { envelope } from './envelope.ts';
import { Time, Word } from './event-fields.ts';

/** A tenant has used 80 or 100 % of a quota: told once a month for each. */
export const UsageThresholdV1 = envelope(
  'usage.threshold',
  z.object({
    /** `requests` are those of the month; the others are what is stored. */
    quota: z.enum(['requests', 'stored_images', 'storage_bytes']),
    percent: z.union([z.literal(80), z.literal(100)]),
    used: z.number().int().nonnegative(),
    limit: z.number().int().nonnegative(),
    /** `2026-11`. */
    period: Word,
    reached_at: Time,
  }),
);
export type UsageThresholdV1 = z.infer<typeof UsageThresholdV1>;
