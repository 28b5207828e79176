import * as z from 'zod';
import { envelope } from './envelope.ts';
import { Id, Time, Word } from './event-fields.ts';

/** A webhook was disabled: it failed for days, or its receiver is gone. The subject is the webhook. */
export const WebhookDisabledV1 = envelope(
  'webhook.disabled',
  z.object({ webhook_id: Id, url: Word, failing_since: Time, reason: Id, disabled_at: Time }),
);
export type WebhookDisabledV1 = z.infer<typeof WebhookDisabledV1>;
