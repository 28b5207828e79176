import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { AnyEvent } from '#shared/contracts/events/envelope.ts';
import { WEBHOOK_DATA } from '#shared/contracts/http/webhook-messages.ts';
import { WEBHOOK_EVENT_TYPES, type WebhookEventType } from '#shared/kernel/vocabulary.ts';
import type { WebhookMessage } from './delivery.ts';

/** Members of a group that a message names. */
const MOST_MEMBERS = 100;
/** The members that a message names, and their number in the group. */
const FoundGroup = WEBHOOK_DATA['duplicates.found']
  .extend({ members_total: z.number().optional() })
  .transform(({ members, members_total, ...data }) => ({
    ...data,
    members: members.slice(0, MOST_MEMBERS),
    members_total: members_total ?? members.length,
  }));
const DATA = { ...WEBHOOK_DATA, 'duplicates.found': FoundGroup } as const;

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
