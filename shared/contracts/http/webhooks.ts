import * as z from 'zod';
import {
  ATTEMPT_OUTCOMES,
  DELIVERY_STATES,
  DISABLED_REASONS,
  JOB_STATUSES,
  WEBHOOK_EVENT_TYPES,
  WEBHOOK_STATES,
} from '#shared/kernel/vocabulary.ts';
import { Cursor, DeliveryIdField, JobIdField, limitOf, Time, WebhookIdField } from './fields.ts';
import { operation } from './operation.ts';

const Url = z.string().min(1).max(2048).meta({
  description: 'An https URL on the public internet, at port 443 or 8443, without a user name or a password.',
  example: 'https://hooks.example.com/deeplens',
});
const EventType = z.enum(WEBHOOK_EVENT_TYPES);
const EventTypes = z
  .array(z.enum([...WEBHOOK_EVENT_TYPES, '*']))
  .min(1)
  .max(WEBHOOK_EVENT_TYPES.length + 1)
  .meta({ description: '`*`: all types, those that are added later too.' });
const Description = z.string().max(256);

const NewWebhook = z.strictObject({
  url: Url,
  event_types: EventTypes,
  description: Description.optional(),
});

const WebhookChange = z
  .strictObject({
    url: Url.optional(),
    event_types: EventTypes.optional(),
    description: Description.optional(),
    state: z.enum(WEBHOOK_STATES).optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'must have a field');

const WebhookReply = z
  .object({
    webhook_id: WebhookIdField,
    url: z.string(),
    event_types: z.array(z.enum([...WEBHOOK_EVENT_TYPES, '*'])),
    description: z.string().optional(),
    state: z.enum(WEBHOOK_STATES),
    disabled_reason: z.enum(DISABLED_REASONS).optional().meta({
      description:
        '`failing`: nothing was delivered for five days. `gone`: the receiver answered 410. `by_request`: you disabled it.',
    }),
    disabled_at: Time.optional(),
    failing_since: Time.optional().meta({
      description: 'The first of the failures since the last delivery that succeeded.',
    }),
    failures: z.number().int().meta({ description: 'Failed attempts since the last success.' }),
    paused_until: Time.optional().meta({
      description: 'Nothing is sent until then: the receiver asked for it, or failed too often in a row.',
    }),
    secrets: z
      .array(
        z.object({
          hint: z.string().meta({ description: 'The last four characters.' }),
          expires_at: Time.optional(),
        }),
      )
      .max(10)
      .meta({ description: 'The secrets that sign now, the newest last.' }),
    created_at: Time,
    updated_at: Time,
  })
  .meta({ id: 'Webhook' });

/** The fields of a reply that shows a secret once. */
const SecretOnce = {
  secret: z.string().optional().meta({
    description: 'The signing secret, `whsec_…`, in the first reply alone.',
  }),
  secret_shown: z.boolean().meta({
    description: 'False in the reply to a call that is repeated by its `Idempotency-Key`.',
  }),
  how_to_rotate: z.string().optional().meta({
    description: 'If the secret is not shown: the call that makes a new one.',
  }),
};
const NewWebhookReply = WebhookReply.extend(SecretOnce).meta({ id: 'NewWebhook' });

/** Removes the secret from a reply that shows one, and says how to get another. */
export const withoutSecret = <Reply extends { webhook_id: string; secret?: string | undefined }>({
  secret: _,
  ...reply
}: Reply) => ({
  ...reply,
  secret_shown: false,
  how_to_rotate: `POST /v1/webhooks/${reply.webhook_id}/rotate-secret`,
});

const AttemptReply = z.object({
  at: Time,
  outcome: z.enum(ATTEMPT_OUTCOMES).meta({
    description: '`unknown`: the attempt was begun, and its sender ended before it could say how it went.',
  }),
  status: z.number().int().optional().meta({ description: 'The HTTP status of the reply.' }),
  ms: z.number().optional(),
  error: z.string().optional().meta({
    description: 'Without a reply: `dns`, `connect`, `tls`, `timeout`, `reset`, `protocol` or `unsafe_url`.',
  }),
  response: z.string().optional().meta({ description: 'The first KB of the reply.' }),
  ip: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional().meta({
    description: 'The headers that were sent, the signature among them.',
  }),
});

const DeliverySummary = z
  .object({
    delivery_id: DeliveryIdField,
    webhook_id: WebhookIdField,
    message_id: z.string().meta({ description: 'The header `webhook-id`, the same at every attempt.' }),
    type: EventType,
    state: z.enum(DELIVERY_STATES).meta({
      description: '`skipped`: the webhook was disabled or deleted before it was delivered.',
    }),
    attempts: z.number().int(),
    next_attempt_at: Time.optional(),
    created_at: Time,
    updated_at: Time,
  })
  .meta({ id: 'WebhookDelivery' });
const DeliveryReply = DeliverySummary.omit({ attempts: true })
  .extend({
    body: z.string().meta({ description: 'JSON, as it is signed and sent.' }),
    attempts: z.array(AttemptReply),
  })
  .meta({ id: 'WebhookDeliveryDetails' });

const Webhook = z.object({ webhook_id: WebhookIdField });
const Delivery = Webhook.extend({ delivery_id: DeliveryIdField });

export const listWebhooks = operation({
  id: 'listWebhooks',
  tag: 'Tenant',
  method: 'GET',
  path: '/v1/webhooks',
  summary: 'List webhooks without their secrets',
  policy: 'AdminOnly',
  reply: {
    status: 200,
    description: 'All webhooks, oldest first.',
    schema: z.object({ webhooks: z.array(WebhookReply) }),
  },
  problems: [],
});

export const createWebhook = operation({
  id: 'createWebhook',
  tag: 'Tenant',
  method: 'POST',
  path: '/v1/webhooks',
  summary: 'Have events sent to a URL',
  policy: 'AdminOnly',
  audited: true,
  idempotent: true,
  withoutSecret,
  body: NewWebhook,
  reply: { status: 201, description: 'The webhook with its secret.', schema: NewWebhookReply },
  problems: ['unsafe_url', 'url_unreachable', 'conflict'],
});

export const changeWebhook = operation({
  id: 'changeWebhook',
  tag: 'Tenant',
  method: 'PATCH',
  path: '/v1/webhooks/{webhook_id}',
  summary: 'Change a webhook, disable it, or enable it again',
  policy: 'AdminOnly',
  audited: true,
  params: Webhook,
  body: WebhookChange,
  reply: { status: 200, description: 'The changed webhook.', schema: WebhookReply },
  problems: ['not_found', 'unsafe_url', 'url_unreachable', 'conflict'],
});

export const removeWebhook = operation({
  id: 'removeWebhook',
  tag: 'Tenant',
  method: 'DELETE',
  path: '/v1/webhooks/{webhook_id}',
  summary: 'Delete a webhook and its secrets',
  policy: 'AdminOnly',
  audited: true,
  params: Webhook,
  reply: { status: 200, description: 'The webhook as it was.', schema: WebhookReply },
  problems: ['not_found'],
});

export const rotateWebhookSecret = operation({
  id: 'rotateWebhookSecret',
  tag: 'Tenant',
  method: 'POST',
  path: '/v1/webhooks/{webhook_id}/rotate-secret',
  summary: 'Replace the secret of a webhook, with an overlap',
  policy: 'AdminOnly',
  audited: true,
  idempotent: true,
  withoutSecret,
  params: Webhook,
  body: z.strictObject({
    overlap_hours: z.number().int().min(0).max(24).default(24).meta({
      description: 'Hours for which the old secret signs too.',
    }),
  }),
  reply: { status: 201, description: 'The webhook with its new secret.', schema: NewWebhookReply },
  problems: ['not_found', 'conflict'],
});

export const testWebhook = operation({
  id: 'testWebhook',
  tag: 'Tenant',
  method: 'POST',
  path: '/v1/webhooks/{webhook_id}/test',
  summary: 'Send a sample event now',
  policy: 'AdminOnly',
  params: Webhook,
  body: z.strictObject({ type: EventType }),
  reply: {
    status: 200,
    description: 'The receiver’s answer. The sample is sent once, and is not in the list of deliveries.',
    schema: AttemptReply.extend({ message_id: z.string() }),
  },
  problems: ['not_found'],
});

export const listDeliveries = operation({
  id: 'listDeliveries',
  tag: 'Tenant',
  method: 'GET',
  path: '/v1/webhooks/{webhook_id}/deliveries',
  summary: 'List the deliveries of the last 30 days, newest first',
  policy: 'AdminOnly',
  params: Webhook,
  query: z.strictObject({
    state: z.enum(DELIVERY_STATES).optional(),
    type: EventType.optional(),
    from: Time.optional().meta({ description: 'Inclusive.' }),
    to: Time.optional().meta({ description: 'Exclusive.' }),
    cursor: Cursor,
    limit: limitOf(100, 50),
  }),
  reply: {
    status: 200,
    description: 'A page of deliveries; with a `next_cursor` there may be more, even if it has few or none.',
    schema: z.object({ deliveries: z.array(DeliverySummary), next_cursor: z.string().optional() }),
  },
  problems: ['not_found', 'invalid_cursor'],
});

export const getDelivery = operation({
  id: 'getDelivery',
  tag: 'Tenant',
  method: 'GET',
  path: '/v1/webhooks/{webhook_id}/deliveries/{delivery_id}',
  summary: 'Get a delivery with its attempts',
  policy: 'AdminOnly',
  params: Delivery,
  reply: { status: 200, description: 'The delivery.', schema: DeliveryReply },
  problems: ['not_found'],
});

export const redeliver = operation({
  id: 'redeliver',
  tag: 'Tenant',
  method: 'POST',
  path: '/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver',
  summary: 'Deliver a message once more',
  policy: 'AdminOnly',
  idempotent: true,
  params: Delivery,
  reply: {
    status: 202,
    description:
      'The delivery, with attempts anew; one that is pending is attempted at its time. The message has the same `webhook-id`, and the header `webhook-replayed`.',
    schema: DeliverySummary,
  },
  problems: ['not_found', 'conflict'],
});

export const replayDeliveries = operation({
  id: 'replayDeliveries',
  tag: 'Tenant',
  method: 'POST',
  path: '/v1/webhooks/{webhook_id}/replay',
  summary: 'Deliver the messages of a time once more',
  policy: 'AdminOnly',
  audited: true,
  idempotent: true,
  params: Webhook,
  body: z.strictObject({
    from: Time,
    to: Time.meta({ description: 'Exclusive.' }),
    types: z.array(EventType).min(1).max(WEBHOOK_EVENT_TYPES.length).optional(),
    state: z.enum(['failed', 'skipped', 'delivered']).default('failed'),
    dry_run: z.boolean().default(false).meta({ description: 'True: only count.' }),
  }),
  reply: {
    status: 202,
    description:
      'How many deliveries were repeated, or would be. More than 500 are repeated by a job: then `count` says how many were met before it was started, and `GET /v1/jobs/{job_id}` how many it has repeated.',
    schema: z.object({
      count: z.number().int(),
      dry_run: z.boolean(),
      job_id: JobIdField.optional(),
      status: z.enum(JOB_STATUSES).optional(),
    }),
  },
  problems: ['not_found', 'conflict'],
});
