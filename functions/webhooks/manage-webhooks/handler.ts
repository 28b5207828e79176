import * as api from '#shared/contracts/http/webhooks.ts';
import { idempotentGuards } from '#shared/guards/guards.ts';
import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import { sqsJobs } from '#shared/jobs/sqs-job-queue.ts';
import { deliveryId, webhookId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { tenantRoute } from '#shared/runtime/routes.ts';
import { secretsManagerStore } from '#shared/secrets/secretsmanager-secret-store.ts';
import { undiciWebClient } from '#shared/web/undici-web-client.ts';
import { dynamoDeliveryStore } from '#shared/webhooks/dynamodb-delivery-store.ts';
import { dynamoEndpointStore } from '#shared/webhooks/dynamodb-endpoint-store.ts';
import { manageWebhooks, type WithNewSecret } from '#shared/webhooks/manage-webhooks.ts';
import { redeliver } from '#shared/webhooks/redeliver.ts';
import { replay } from '#shared/webhooks/replay.ts';
import { sendTest } from '#shared/webhooks/send-test.ts';
import { sqsAttemptQueue } from '#shared/webhooks/sqs-attempt-queue.ts';
import { deliveryDetails, deliverySummary, webhookReply } from '#shared/webhooks/webhook-replies.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const ports = {
  endpoints: dynamoEndpointStore({ table: env.TENANTS_TABLE }),
  deliveries: dynamoDeliveryStore({ table: env.ACTIVITY_TABLE }),
  queue: sqsAttemptQueue({ queueUrl: env.WEBHOOK_ATTEMPTS_QUEUE_URL }),
  secrets: secretsManagerStore({ prefix: env.SECRETS_PREFIX }),
  web: undiciWebClient({ allowed: env.WEB_ALLOWED_ADDRESSES }),
  jobs: dynamoJobStore({ table: env.ACTIVITY_TABLE }),
  replays: sqsJobs({ queueUrl: env.WEBHOOK_REPLAYS_QUEUE_URL }),
};
const webhooks = manageWebhooks(ports);

const shown = ({ endpoint, secret }: WithNewSecret) => {
  const reply = webhookReply(endpoint);
  return secret === undefined ? api.withoutSecret(reply) : { ...reply, secret, secret_shown: true };
};

export const handler = httpFunction(
  [
    tenantRoute(api.listWebhooks, async ({ tenant }) => ({
      webhooks: (await ports.endpoints.list(tenant)).map((each) => webhookReply(each)),
    })),
    tenantRoute(api.createWebhook, async ({ tenant, caller, body, repeatKey, recordChange }) => {
      const made = await webhooks.create(tenant, caller.plan ?? 'free', { ...body, repeatKey });
      recordChange({ target: made.endpoint.webhook_id, after: webhookReply(made.endpoint) });
      return shown(made);
    }),
    tenantRoute(api.changeWebhook, async ({ tenant, params, body, recordChange }) => {
      const { before, after } = await webhooks.change(tenant, webhookId(params.webhook_id), body);
      recordChange({ before: webhookReply(before), after: webhookReply(after) });
      return webhookReply(after);
    }),
    tenantRoute(api.removeWebhook, async ({ tenant, params, recordChange }) => {
      const removed = webhookReply(await webhooks.remove(tenant, webhookId(params.webhook_id)));
      recordChange({ before: removed });
      return removed;
    }),
    tenantRoute(api.rotateWebhookSecret, async ({ tenant, params, body, recordChange }) => {
      const made = await webhooks.rotate(tenant, webhookId(params.webhook_id), body.overlap_hours);
      recordChange({ after: webhookReply(made.endpoint) });
      return shown(made);
    }),
    tenantRoute(api.testWebhook, async ({ tenant, params, body }) =>
      sendTest(ports)(tenant, await webhooks.find(tenant, webhookId(params.webhook_id)), body.type),
    ),
    tenantRoute(api.listDeliveries, async ({ tenant, params, query }) => {
      const { webhook_id } = await webhooks.find(tenant, webhookId(params.webhook_id));
      const { cursor, limit, type, ...filter } = query;
      const { items, nextCursor } = await ports.deliveries.list(
        tenant,
        webhook_id,
        { ...filter, ...(type && { types: [type] }) },
        { cursor, limit },
      );
      return { deliveries: items.map(deliverySummary), ...(nextCursor && { next_cursor: nextCursor }) };
    }),
    tenantRoute(api.getDelivery, async ({ tenant, params: { webhook_id, delivery_id } }) => {
      const found = await ports.deliveries.get(tenant, webhookId(webhook_id), deliveryId(delivery_id));
      if (!found) throw new Problem('not_found', `There is no delivery ${delivery_id} of ${webhook_id}.`);
      return deliveryDetails(found);
    }),
    tenantRoute(api.redeliver, async ({ tenant, params }) =>
      deliverySummary(
        await redeliver(ports)(tenant, webhookId(params.webhook_id), deliveryId(params.delivery_id)),
      ),
    ),
    tenantRoute(api.replayDeliveries, async ({ tenant, params, body, recordChange }) => {
      const result = await replay(ports)(tenant, webhookId(params.webhook_id), body);
      recordChange({ after: result });
      return result;
    }),
  ],
  idempotentGuards(env),
);
