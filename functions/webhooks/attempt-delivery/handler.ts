import { dynamoAuditLog } from '#shared/audit/dynamodb-audit-log.ts';
import { snsPublisher } from '#shared/messaging/sns-publisher.ts';
import { countWebhookAttempt, recordSecretAge } from '#shared/runtime/business-metrics.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { each, queueFunction } from '#shared/runtime/queue.ts';
import { cachedSecrets } from '#shared/secrets/cached-secrets.ts';
import { secretsManagerStore } from '#shared/secrets/secretsmanager-secret-store.ts';
import { dynamoSwitchStore } from '#shared/switches/dynamodb-switch-store.ts';
import { readSwitches } from '#shared/switches/read-switches.ts';
import { undiciWebClient } from '#shared/web/undici-web-client.ts';
import { attemptDelivery } from '#shared/webhooks/attempt-delivery.ts';
import { DeliveryReference } from '#shared/webhooks/delivery.ts';
import { dynamoDeliveryStore } from '#shared/webhooks/dynamodb-delivery-store.ts';
import { dynamoEndpointStore } from '#shared/webhooks/dynamodb-endpoint-store.ts';
import { sqsAttemptQueue } from '#shared/webhooks/sqs-attempt-queue.ts';
import { tellTenant } from '#shared/webhooks/tell-tenant.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const attempt = attemptDelivery({
  endpoints: dynamoEndpointStore({ table: env.TENANTS_TABLE }),
  deliveries: dynamoDeliveryStore({ table: env.ACTIVITY_TABLE }),
  queue: sqsAttemptQueue({ queueUrl: env.WEBHOOK_ATTEMPTS_QUEUE_URL }),
  secrets: cachedSecrets(secretsManagerStore({ prefix: env.SECRETS_PREFIX, recordAge: recordSecretAge })),
  web: undiciWebClient({ allowed: env.WEB_ALLOWED_ADDRESSES }),
  tell: tellTenant({
    publisher: snsPublisher({ topicArn: env.EVENTS_TOPIC_ARN }),
    audit: dynamoAuditLog({ table: env.AUDIT_TABLE }),
  }),
  count: countWebhookAttempt,
  placesOfTenant: env.WEBHOOK_PLACES_OF_TENANT,
});

const switches = readSwitches(dynamoSwitchStore({ table: env.ACTIVITY_TABLE }));

/** While webhooks are paused a delivery stays pending and due: the sweep finds it afterwards. */
export const handler = queueFunction({
  body: DeliveryReference,
  run: each(async ({ body }) => ((await switches.isPaused('webhooks')) ? 'paused' : attempt(body))),
});
