import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { AnyEvent } from '#shared/contracts/events/envelope.ts';
import { WEBHOOK_EVENT_TYPES, type WebhookEventType } from '#shared/kernel/vocabulary.ts';
import type { WebhookMessage } from './delivery.ts';

/** Members of a group that a message names. */
const MOST_MEMBERS = 100;
const Text = z.string().max(1_024);
const Member = z.object({ image_id: Text, verdict: Text, confidence: z.number() });

/** What a tenant is told of each event: ids, states and numbers, never an address in our storage. */
const DATA = {
  'images.indexed': z.object({
    image_id: Text,
    external_id: Text.optional(),
    models: z.array(Text),
    indexed_at: Text,
  }),
  'images.failed': z.object({
    image_id: Text,
    external_id: Text.optional(),
    failure: z.object({
      stage: Text,
      code: Text,
      detail: Text,
      retryable: z.boolean(),
      attempts: z.number(),
    }),
    failed_at: Text,
  }),
  'duplicates.found': z
    .object({
      group_id: Text,
      image_id: Text,
      verdict: Text,
      confidence: z.number(),
      suggested_keeper: Text,
      members: z.array(Member),
      members_total: z.number().optional(),
      found_at: Text,
    })
    .transform(({ members, members_total, ...data }) => ({
      ...data,
      members: members.slice(0, MOST_MEMBERS),
      members_total: members_total ?? members.length,
    })),
  'job.completed': z.record(z.string(), z.unknown()),
  'webhook.failing': z.record(z.string(), z.unknown()),
  'webhook.disabled': z.record(z.string(), z.unknown()),
  'usage.threshold': z.record(z.string(), z.unknown()),
} as const satisfies Record<WebhookEventType, z.ZodType>;

const isWebhookType = (type: string): type is WebhookEventType =>
  WEBHOOK_EVENT_TYPES.some((each) => each === type);

/** Where the API shows the subject of an event. */
const LINKS: Partial<Record<WebhookEventType, string>> = {
  'images.indexed': '/v1/images/',
  'images.failed': '/v1/images/',
  'job.completed': '/v1/jobs/',
};

/**
 * Returns the message about an event; undefined for one that nobody is told of. Its id is made of the event's, so it is the
 * same however often the bus delivers the event; it has no full stop, at which signatures are divided.
 */
export function messageOf(event: AnyEvent): WebhookMessage | undefined {
  const { type, subject, time } = event;
  if (!isWebhookType(type)) return undefined;
  const data = DATA[type].parse(event.data);
  const self = LINKS[type];
  return newMessage(`${event.tenantid}\n${event.id}`, type, time, {
    ...data,
    ...(self && { links: { self: `${self}${subject}` } }),
  });
}

/** @param identity the same for the same message */
export function newMessage(
  identity: string,
  type: WebhookEventType,
  timestamp: string,
  data: Record<string, unknown>,
): WebhookMessage {
  const digest = createHash('sha256').update(identity).digest('hex').slice(0, 32);
  return { id: `evt_${digest}`, type, body: JSON.stringify({ type, timestamp, data }) };
}
