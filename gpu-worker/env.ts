import { z } from 'zod';
import { S3BlobsEnv } from '#shared/blobs/s3-blobs.ts';
import { EmbeddingEnv } from '#shared/embedding/load-manifest.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';
import { SnsEnv } from '#shared/messaging/sns-publisher.ts';

export const Env = ImagesTableEnv.extend(ActivityTableEnv.shape)
  .extend(S3BlobsEnv.shape)
  .extend(SnsEnv.shape)
  .extend(EmbeddingEnv.shape)
  .extend({
    EMBEDDING_QUEUE_URL: z.url(),
    /** What must run the models. The worker does not start where it cannot. */
    EXECUTION_PROVIDER: z.enum(['cpu', 'cuda']),
    /** Threads of a forward pass on the CPU; as many as there are cores where absent. */
    INFERENCE_THREADS: z.coerce.number().int().positive().optional(),
    /** Pictures in a micro-batch at most. */
    BATCH_SIZE: z.coerce.number().int().min(1).max(256).default(32),
    /** How long a micro-batch may be filled after its first message, in milliseconds. */
    BATCH_WAIT_MS: z.coerce.number().int().nonnegative().default(200),
    /** Where `/live` and `/ready` answer, on loopback; 0 takes any free port. */
    HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
    /** Set by ECS inside a task. */
    ECS_AGENT_URI: z.url().optional(),
  });
