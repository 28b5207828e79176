import type { Webhook } from '@deeplens/sdk';

export type Subscribed = Webhook['event_types'][number];
export type EventType = Exclude<Subscribed, '*'>;

/** What a webhook can be told, and when. */
export const EVENT_TYPES: Record<EventType, string> = {
  'images.indexed': 'a picture has become searchable',
  'images.failed': 'a picture could not be brought in',
  'duplicates.found': 'a picture has joined a group of duplicates',
  'job.completed': 'a scan or another job has ended',
  'usage.threshold': 'a quota is nearly used up',
  'webhook.failing': 'deliveries to a webhook fail',
  'webhook.disabled': 'a webhook was disabled, since nothing could be delivered',
};
export const EVENT_TYPE_NAMES = Object.keys(EVENT_TYPES) as EventType[]; // Object.keys loses the literal types
