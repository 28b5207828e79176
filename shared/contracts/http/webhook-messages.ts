import * as z from 'zod';
import { JobCompletedV1 } from '#shared/contracts/events/job-completed.v1.ts';
import { UsageThresholdV1 } from '#shared/contracts/events/usage-threshold.v1.ts';
import { WebhookDisabledV1 } from '#shared/contracts/events/webhook-disabled.v1.ts';
import { WebhookFailingV1 } from '#shared/contracts/events/webhook-failing.v1.ts';
import type { WebhookEventType } from '#shared/kernel/vocabulary.ts';

const Text = z.string().max(1_024);
const Verdict = z.enum(['exact', 'edited_copy']);
const Failure = z.object({
  stage: Text,
  code: Text,
  detail: Text,
  retryable: z.boolean(),
  attempts: z.number().int(),
});

/** What a tenant is told of each event: ids, states and numbers, never an address in our storage. */
export const WEBHOOK_DATA = {
  'images.indexed': z.object({
    image_id: Text,
    external_id: Text.optional(),
    models: z.array(Text).max(100),
    indexed_at: Text,
  }),
  'images.failed': z.object({
    image_id: Text,
    external_id: Text.optional(),
    failure: Failure,
    failed_at: Text,
  }),
  'duplicates.found': z.object({
    group_id: Text,
    image_id: Text,
    verdict: Verdict,
    confidence: z.number(),
    suggested_keeper: Text,
    members: z
      .array(z.object({ image_id: Text, verdict: Verdict, confidence: z.number() }))
      .max(10_000)
      .meta({ description: 'At most 100; `members_total` is their number in the group.' }),
    members_total: z.number().int(),
    found_at: Text,
  }),
  'job.completed': JobCompletedV1.shape.data,
  'webhook.failing': WebhookFailingV1.shape.data,
  'webhook.disabled': WebhookDisabledV1.shape.data,
  'usage.threshold': UsageThresholdV1.shape.data,
} as const satisfies Record<WebhookEventType, z.ZodObject>;

const Links = z.object({ self: Text }).optional().meta({ description: 'Where the API shows the subject.' });

/** `images.indexed` → `ImagesIndexedMessage` */
const nameOf = (type: string) =>
  `${type
    .split('.')
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join('')}Message`;

/** The body of a message of each type, for the OpenAPI document. */
export const WEBHOOK_MESSAGES: { type: string; schema: z.ZodType }[] = Object.entries(WEBHOOK_DATA).map(
  ([type, data]) => ({
    type,
    schema: z
      .object({
        type: z.literal(type),
        timestamp: z.iso.datetime().max(40).meta({ description: 'The time of the event.' }),
        data: data.extend({ links: Links }),
      })
      .meta({ id: nameOf(type) }),
  }),
);
