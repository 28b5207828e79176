import { getHealth, liveness, readiness } from '#shared/contracts/http/service.ts';
import { operatorGuards } from '#shared/guards/guards.ts';
import {
  cachedReadiness,
  databaseHealth,
  embeddingHealth,
  publicReadiness,
  vectorIndexHealth,
} from '#shared/health/check-readiness.ts';
import { dynamoHeartbeats } from '#shared/health/dynamodb-heartbeats.ts';
import { s3BucketHealth } from '#shared/health/s3-bucket-health.ts';
import { sqsQueueHealth } from '#shared/health/sqs-queue-health.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { openRoute, operatorRoute } from '#shared/runtime/routes.ts';
import { WithStatus } from '#shared/runtime/with-status.ts';
import { openVectorIndex } from '#shared/vector-index/open.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const heartbeats = dynamoHeartbeats({ table: env.ACTIVITY_TABLE });
const ready = cachedReadiness({
  database: databaseHealth(heartbeats),
  object_storage: s3BucketHealth({ bucket: env.IMAGES_BUCKET }),
  queues: sqsQueueHealth({ queueUrl: env.EMBEDDING_QUEUE_URL }),
  vector_index: vectorIndexHealth(await openVectorIndex(env)),
  embedding: embeddingHealth(heartbeats),
});

export const handler = httpFunction(
  [
    openRoute(liveness, async () => ({ status: 'ok' as const, version: env.DEEPLENS_VERSION })),
    openRoute(readiness, async () => {
      const result = await ready();
      return new WithStatus(result.status === 'down' ? 503 : 200, publicReadiness(result));
    }),
    operatorRoute(getHealth, ready),
  ],
  operatorGuards(env),
);
