import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import { openConnectors } from '#shared/connectors/open-connectors.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { processImaging } from '#shared/imaging/process-imaging.ts';
import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import { snsPublisher } from '#shared/messaging/sns-publisher.ts';
import { sqsFairQueue } from '#shared/messaging/sqs-fair-queue.ts';
import { sqsRedelivery } from '#shared/messaging/sqs-redelivery.ts';
import { recordSecretAge } from '#shared/runtime/business-metrics.ts';
import { emit } from '#shared/runtime/emit.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { each, queueFunction } from '#shared/runtime/queue.ts';
import { dynamoCatalogue } from '#shared/scans/dynamodb-catalogue.ts';
import { dynamoJobErrors } from '#shared/scans/dynamodb-job-errors.ts';
import { ImportMessage } from '#shared/scans/import-message.ts';
import { giveUpImport, importObject } from '#shared/scans/import-object.ts';
import { cachedSecrets } from '#shared/secrets/cached-secrets.ts';
import { secretsManagerStore } from '#shared/secrets/secretsmanager-secret-store.ts';
import { dynamoStorageStore } from '#shared/storages/dynamodb-storage-store.ts';
import { credentialsOf } from '#shared/storages/location-secrets.ts';
import { dynamoSwitchStore } from '#shared/switches/dynamodb-switch-store.ts';
import { holdWhilePaused } from '#shared/switches/hold-while-paused.ts';
import { readSwitches } from '#shared/switches/read-switches.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const secrets = cachedSecrets(
  secretsManagerStore({ prefix: env.SECRETS_PREFIX, recordAge: recordSecretAge }),
);
const catalogue = dynamoCatalogue({ table: env.CATALOGUE_TABLE });
const imports = sqsFairQueue({ queueUrl: env.IMPORTS_QUEUE_URL });
const switches = readSwitches(dynamoSwitchStore({ table: env.ACTIVITY_TABLE }));
const errors = dynamoJobErrors({ table: env.ACTIVITY_TABLE });
const bringIn = importObject({
  ...{ catalogue, errors, imports },
  connectors: openConnectors({ allowed: env.WEB_ALLOWED_ADDRESSES }),
  credentials: (tenant, storage) => credentialsOf(secrets, tenant, storage)(),
  storages: dynamoStorageStore({ table: env.TENANTS_TABLE }),
  tenants: dynamoTenantStore({ table: env.TENANTS_TABLE }),
  jobs: dynamoJobStore({ table: env.ACTIVITY_TABLE }),
  imageStore: dynamoImageStore({ table: env.IMAGES_TABLE }),
  blobs: s3Blobs({ bucket: env.IMAGES_BUCKET }),
  imaging: processImaging({ seconds: 20 }),
  publisher: snsPublisher({ topicArn: env.EVENTS_TOPIC_ARN }),
  models: env.DEEPLENS_MODELS,
});
const giveUp = giveUpImport({ catalogue, errors });
const handle = holdWhilePaused<ImportMessage>({
  isPaused: () => switches.isPaused('imports'),
  sendAgain: (message, seconds) => imports.send(message.tenant_id, message, seconds),
  run: async (message) => emit('scan_objects_total', 1, { outcome: await bringIn(message) }),
});

export const handler = queueFunction({
  operation: 'import',
  body: ImportMessage,
  run: each(({ body }) => handle(body)),
  retry: {
    redelivery: sqsRedelivery(),
    giveUp: async ({ body }) => {
      emit('scan_objects_total', 1, { outcome: 'failed' });
      await giveUp(body);
    },
  },
});
