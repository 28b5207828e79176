import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import { checkEmbeddingsFit } from '#shared/embedding/embedding-size.ts';
import { onnxEmbedder } from '#shared/embedding/onnx-embedder.ts';
import { dynamoHeartbeats } from '#shared/health/dynamodb-heartbeats.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { embedImages } from '#shared/images/embed-image.ts';
import { recordGivenUp } from '#shared/images/record-failure.ts';
import { rejectImage } from '#shared/images/reject-image.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { snsPublisher } from '#shared/messaging/sns-publisher.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { logger, stopTracing } from '#shared/runtime/telemetry.ts';
import { timeInference } from '#shared/runtime/time-inference.ts';
import { Env } from './env.ts';
import { handleBatch } from './handle-batch.ts';
import { healthServer } from './health-server.ts';
import { startHeartbeat } from './heartbeat.ts';
import { telemetryReport } from './report.ts';
import { sqsQueue } from './sqs-queue.ts';
import { taskProtection } from './task-protection.ts';
import { work } from './work.ts';
import { workerHealth } from './worker-health.ts';

/** Messages of a killed worker are redelivered within `timeoutSeconds`. */
const VISIBILITY = { timeoutSeconds: 60, extendEveryMs: 20_000 };

const env = readEnv(Env);
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());

const health = workerHealth();
await healthServer(env.HEALTH_PORT, health);
const load = async (name: string) => {
  const embedder = await onnxEmbedder({
    modelsDir: env.MODELS_DIR,
    name,
    provider: env.EXECUTION_PROVIDER,
    ...(env.INFERENCE_THREADS !== undefined && { threads: env.INFERENCE_THREADS }),
  });
  return { ...embedder, embed: timeInference(name, embedder.embed) };
};
const [first, ...others] = env.DEEPLENS_MODELS;
const embedders = [await load(first), ...(await Promise.all(others.map(load)))] as const;
checkEmbeddingsFit(embedders.map(({ manifest }) => manifest));
health.modelsLoaded();
logger.info('models loaded', { models: env.DEEPLENS_MODELS, provider: env.EXECUTION_PROVIDER });

const imageStore = dynamoImageStore({ table: env.IMAGES_TABLE });
const blobs = s3Blobs({ bucket: env.IMAGES_BUCKET });
const publisher = snsPublisher({ topicArn: env.EVENTS_TOPIC_ARN });
const queue = sqsQueue({ url: env.EMBEDDING_QUEUE_URL, visibilityTimeout: VISIBILITY.timeoutSeconds });
const reject = rejectImage({ imageStore, blobs, publisher });
const giveUp = recordGivenUp({ imageStore, blobs, publisher }, 'embedding');

startHeartbeat({
  heartbeats: dynamoHeartbeats({ table: env.ACTIVITY_TABLE }),
  isReady: health.isReady,
  detail: `${env.EXECUTION_PROVIDER}: ${env.DEEPLENS_MODELS.join(', ')}`,
  onError: (error) => logger.warn('heartbeat not written', { error }),
});
await work(
  {
    queue,
    rule: { size: env.BATCH_SIZE, waitMs: env.BATCH_WAIT_MS },
    handle: handleBatch({
      queue,
      visibility: VISIBILITY,
      embed: embedImages({
        embedders,
        imaging: sharpImaging(),
        blobs,
        imageStore,
        publisher,
      }),
      reject: (event, problem, attempts) => reject('embedding', event, problem, attempts),
      giveUp: (event, attempts) => giveUp({ body: event, attempts }),
      report: telemetryReport(env.EXECUTION_PROVIDER),
    }),
    health,
    protection: taskProtection(env.ECS_AGENT_URI, (error) => logger.warn('task is not protected', { error })),
    onPollError: (error) => logger.warn('queue cannot be polled', { error }),
  },
  stop.signal,
);
logger.info('worker stopped, all messages settled');
await stopTracing().catch((error) => logger.warn('spans not sent', { error }));
process.exit(0); // keep-alive connections would delay the exit
