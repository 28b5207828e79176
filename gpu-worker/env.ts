import * as z from 'zod';
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
    /** The worker does not start if this provider cannot run the models. */
    EXECUTION_PROVIDER: z.enum(['cpu', 'cuda']),
    /** Threads of a forward pass on the CPU; by default one a core. */
    INFERENCE_THREADS: z.coerce.number().int().positive().optional(),
    /** The most images in a micro-batch. */
    BATCH_SIZE: z.coerce.number().int().min(1).max(256).default(32),
    /** Milliseconds after its first message in which a micro-batch may be filled. */
    BATCH_WAIT_MS: z.coerce.number().int().nonnegative().default(200),
    /** The port of `/live` and `/ready`, on loopback; 0 takes any free port. */
    HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
    /** Set by ECS inside a task. */
    ECS_AGENT_URI: z.url().optional(),
  });
