import { z } from 'zod';
import { JOB_KINDS } from '#shared/kernel/vocabulary.ts';
import { envelope } from './envelope.ts';
import { Id, Time } from './event-fields.ts';

/** A job that the tenant started, or that is about it alone, has ended: `status` says how. */
export const JobCompletedV1 = envelope(
  'job.completed',
  z.object({
    job_id: Id,
    kind: z.enum(JOB_KINDS),
    status: z.enum(['completed', 'failed', 'cancelled']),
    progress: z.record(Id, z.number()).refine((counts) => Object.keys(counts).length <= 1_000),
    errors_count: z.number().int().nonnegative(),
    started_at: Time,
    finished_at: Time,
  }),
);
export type JobCompletedV1 = z.infer<typeof JobCompletedV1>;
