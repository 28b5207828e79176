import type { Delivery } from './delivery.ts';
import { activeSecrets, type Endpoint } from './endpoint.ts';

/** Returns an endpoint as the API shows it. */
export function webhookReply(endpoint: Endpoint, now = new Date()) {
  const { webhook_id, url, event_types, description, state, disabled_reason, disabled_at, health } = endpoint;
  const { failing_since, failures, paused_until } = health;
  return {
    webhook_id,
    url,
    event_types,
    ...(description !== undefined && { description }),
    state,
    ...(disabled_reason && { disabled_reason }),
    ...(disabled_at !== undefined && { disabled_at }),
    ...(failing_since !== undefined && { failing_since }),
    failures,
    ...(paused_until !== undefined && Date.parse(paused_until) > now.getTime() && { paused_until }),
    secrets: activeSecrets(endpoint, now).map(({ id: _, ...shown }) => shown),
    created_at: endpoint.created_at,
    updated_at: endpoint.updated_at,
  };
}

/** Returns a delivery as lists show it. */
export function deliverySummary(delivery: Delivery) {
  const { delivery_id, webhook_id, message, state, attempts, next_attempt_at, created_at, updated_at } =
    delivery;
  return {
    delivery_id,
    webhook_id,
    message_id: message.id,
    type: message.type,
    state,
    attempts: attempts.length,
    ...(next_attempt_at !== undefined && { next_attempt_at }),
    created_at,
    updated_at,
  };
}

/** Returns a delivery with all that is known of it. */
export const deliveryDetails = (delivery: Delivery) => ({
  ...deliverySummary(delivery),
  body: delivery.message.body,
  attempts: delivery.attempts,
});
