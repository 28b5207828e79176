import * as z from 'zod';
import { REPLAYED_EVENT_TYPES } from '#shared/kernel/vocabulary.ts';
import { Time } from './fields.ts';
import { acceptedReply } from './jobs.ts';
import { operation } from './operation.ts';

export const replayEvents = operation({
  id: 'replayEvents',
  tag: 'Operator',
  method: 'POST',
  path: '/v1/admin/events/replay',
  summary: 'Count archived events of a type and a time, then publish them again',
  policy: 'SystemAdmin',
  audited: true,
  idempotent: true,
  body: z.strictObject({
    type: z.enum(REPLAYED_EVENT_TYPES),
    from: Time.meta({ description: 'Of the event’s time, inclusive.' }),
    to: Time.meta({ description: 'Exclusive.' }),
    dry_run: z.boolean().default(false).meta({
      description: 'Only count: `progress.found` is what would be published again.',
    }),
  }),
  reply: acceptedReply,
  problems: [],
});
