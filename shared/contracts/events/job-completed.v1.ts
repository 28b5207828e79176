import * as z from 'zod';
import { JOB_KINDS } from '#shared/kernel/vocabulary.ts';
import { envelope } from './envelope.ts';
import { Id, Time } from './event-fields.ts';

/** Bounds of the counts of a job’s work: their number, and each value. */
const MOST_COUNTS = 1_000;
const MOST = 1e15;

/** A job that the tenant started, or that is about it alone, has ended: `status` says how. */
export const JobCompletedV1 = envelope(
  'job.completed',
  z.object({
    job_id: Id,
    kind: z.enum(JOB_KINDS),
    status: z.enum(['completed', 'failed', 'cancelled']),
    progress: z
      .record(Id, z.number().min(-MOST).max(MOST))
      .refine((counts) => Object.keys(counts).length <= MOST_COUNTS)
      .meta({ maxProperties: MOST_COUNTS }),
    errors_count: z.number().int().nonnegative(),
    started_at: Time,
    finished_at: Time,
  }),
);
export type JobCompletedV1 = z.infer<typeof JobCompletedV1>;
