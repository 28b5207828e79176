import { Webhook } from 'standardwebhooks';
import type { WebhookMessage } from './delivery.ts';

const AGENT = 'DeepLens-Webhooks/1';

/**
 * Returns the headers of an attempt: Standard Webhooks, signed with each of the secrets.
 * @param secrets `whsec_…`
 */
export function signedHeaders(
  { id, body }: WebhookMessage,
  secrets: readonly string[],
  at: Date,
  replayed = false,
): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': AGENT,
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
    ...(replayed && { 'webhook-replayed': 'true' }),
  };
}
