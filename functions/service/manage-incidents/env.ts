import { IdempotentOperatorGuardsEnv } from '#shared/guards/guards.ts';
import { EventReplaysQueueEnv } from '#shared/jobs/sqs-job-queue.ts';

export const Env = IdempotentOperatorGuardsEnv.extend(EventReplaysQueueEnv.shape);
