import * as z from 'zod';
import { RETRIED_STAGES, type RetriedStage } from '#shared/kernel/vocabulary.ts';
import type { FairQueue } from '#shared/messaging/fair-queue.ts';

export const StageQueuesEnv = z.object({
  /** JSON: the URL of each stage's queue. */
  STAGE_QUEUES: z
    .string()
    .transform((json) => z.record(z.enum(RETRIED_STAGES), z.url()).parse(JSON.parse(json))),
});

/** The queue of each stage, to which what failed there is sent again: a new message has all its attempts. */
export type StageQueues = { readonly [Stage in RetriedStage]: Pick<FairQueue, 'send'> };

/** Opens the queue of each stage. */
export const openStageQueues = (
  { STAGE_QUEUES: urls }: z.output<typeof StageQueuesEnv>,
  open: (queue: { queueUrl: string }) => FairQueue,
): StageQueues => ({
  validation: open({ queueUrl: urls.validation }),
  embedding: open({ queueUrl: urls.embedding }),
  indexing: open({ queueUrl: urls.indexing }),
  duplicates: open({ queueUrl: urls.duplicates }),
});
