import * as z from 'zod';
import { TenantIdField, WebhookIdField } from '#shared/kernel/id-fields.ts';
import { DISABLED_REASONS, WEBHOOK_EVENT_TYPES, WEBHOOK_STATES } from '#shared/kernel/vocabulary.ts';

/** A secret that an endpoint's messages are signed with. Its value is in the secret store, never here; it never changes. */
const SecretReference = z.object({
  id: z.string(),
  /** The last four characters, by which people tell secrets apart. */
  hint: z.string(),
  /** A replaced secret signs until then. */
  expires_at: z.string().exactOptional(),
});
export type SecretReference = z.infer<typeof SecretReference>;

/** How deliveries to an endpoint went lately. */
const EndpointHealth = z.object({
  /** Failures since the last success. */
  failures: z.number(),
  /** The first of them. */
  failing_since: z.string().exactOptional(),
  /** Hours of failing after which it was last said: `webhook.failing`. */
  warned_hours: z.number().exactOptional(),
  /** Until then nothing is sent: the receiver asked for it, or failed too often in a row. */
  paused_until: z.string().exactOptional(),
});
export type EndpointHealth = z.infer<typeof EndpointHealth>;

/** Where a tenant wants to be told of events. */
export const Endpoint = z.object({
  tenant_id: TenantIdField,
  webhook_id: WebhookIdField,
  url: z.string(),
  /** `*`: all types. */
  event_types: z.array(z.enum([...WEBHOOK_EVENT_TYPES, '*'])),
  description: z.string().exactOptional(),
  state: z.enum(WEBHOOK_STATES),
  disabled_reason: z.enum(DISABLED_REASONS).exactOptional(),
  disabled_at: z.string().exactOptional(),
  /** The newest last. */
  secrets: z.array(SecretReference),
  health: EndpointHealth,
  version: z.number(),
  created_at: z.string(),
  updated_at: z.string(),
  /** Identifies the repetitions of the call that made it. */
  repeat_key: z.string().exactOptional(),
});
export type Endpoint = z.infer<typeof Endpoint>;

/** Returns true if an endpoint is to be told of a message. A message about itself would come to nobody. */
export const isWanted = (
  { state, event_types, webhook_id }: Endpoint,
  { type, subject }: { type: string; subject: string },
): boolean =>
  state === 'enabled' &&
  subject !== webhook_id &&
  event_types.some((wanted) => wanted === '*' || wanted === type);

/** Returns the secrets that sign at a moment, the newest last. */
export const activeSecrets = (
  { secrets }: Pick<Endpoint, 'secrets'>,
  now: Date,
): readonly SecretReference[] =>
  secrets.filter(({ expires_at }) => expires_at === undefined || Date.parse(expires_at) > now.getTime());
