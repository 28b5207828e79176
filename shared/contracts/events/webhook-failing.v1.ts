import * as z from 'zod';
import { envelope } from './envelope.ts';
import { Id, Time, Word } from './event-fields.ts';

/** Nothing was delivered to a webhook for so many hours. The subject is the webhook. */
export const WebhookFailingV1 = envelope(
  'webhook.failing',
  z.object({ webhook_id: Id, url: Word, failing_since: Time, hours: z.number().int().min(1).max(1_000) }),
);
export type WebhookFailingV1 = z.infer<typeof WebhookFailingV1>;
