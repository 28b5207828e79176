import * as z from 'zod';
import { DeliveryIdField, TenantIdField, WebhookIdField } from '#shared/kernel/id-fields.ts';
import { ATTEMPT_OUTCOMES, DELIVERY_STATES, WEBHOOK_EVENT_TYPES } from '#shared/kernel/vocabulary.ts';

/** What an endpoint is told: the same at every attempt. */
export const WebhookMessage = z.object({
  /** `evt_…`, of the event: receivers know a repetition by it. */
  id: z.string(),
  type: z.enum(WEBHOOK_EVENT_TYPES),
  /** JSON, as it is signed and sent. */
  body: z.string(),
});
export type WebhookMessage = z.infer<typeof WebhookMessage>;

const Attempt = z.object({
  at: z.string(),
  /** `unknown`: sent or not, the sender ended before it could say. */
  outcome: z.enum(ATTEMPT_OUTCOMES),
  /** HTTP status of the reply. */
  status: z.number().exactOptional(),
  /** Milliseconds until the reply, or the failure. */
  ms: z.number().exactOptional(),
  /** What kept the receiver from answering. */
  error: z.string().exactOptional(),
  /** The first KB of the reply. */
  response: z.string().exactOptional(),
  ip: z.string().exactOptional(),
  /** As they were sent. */
  headers: z.record(z.string(), z.string()).exactOptional(),
});
export type Attempt = z.infer<typeof Attempt>;

/** One message to one endpoint. */
export const Delivery = z.object({
  tenant_id: TenantIdField,
  webhook_id: WebhookIdField,
  delivery_id: DeliveryIdField,
  message: WebhookMessage,
  state: z.enum(DELIVERY_STATES),
  /** Attempts of the present budget that were begun. */
  made: z.number(),
  /** The last ones, oldest first, of all budgets. */
  attempts: z.array(Attempt),
  /** While `pending`: not before. */
  next_attempt_at: z.string().exactOptional(),
  /** Someone asked for it once more. */
  replayed: z.boolean().exactOptional(),
  version: z.number(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type Delivery = z.infer<typeof Delivery>;

export const DeliveryReference = Delivery.pick({ tenant_id: true, webhook_id: true, delivery_id: true });
export type DeliveryReference = z.infer<typeof DeliveryReference>;

/** Attempts that are kept, of a delivery that was repeated by request. */
export const KEPT_ATTEMPTS = 20;
