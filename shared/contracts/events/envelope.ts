import * as z from 'zod';
import { Id, Time } from './event-fields.ts';

/**
 * Builds the schema of an event: CloudEvents 1.0, JSON format, extended by the tenant and the correlation id. `id` is
 * deterministic (`img_….images.validated`), so that an event published twice has the same id.
 */
export const envelope = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.object({
    specversion: z.literal('1.0'),
    id: Id.min(1),
    source: Id.min(1),
    type: z.literal(type),
    /** The image id; the group id for `duplicates.found`, the operation's for `tenant.usage`. */
    subject: Id.min(1),
    time: Time,
    datacontenttype: z.literal('application/json'),
    /** The version of `data`, incremented by a breaking change. */
    dataversion: z.literal('1'),
    tenantid: Id.min(1),
    correlationid: Id.min(1),
    /** The W3C trace context of the span that published it: CloudEvents' extension for distributed tracing. */
    traceparent: z.string().max(64).optional(),
    data,
  });

/** An event of any type. Unknown fields are ignored. */
export const AnyEvent = envelope('any', z.record(z.string(), z.unknown())).extend({
  type: Id.min(1),
});
export type AnyEvent = z.infer<typeof AnyEvent>;
