import * as z from 'zod';
import { DEGRADABLE, PAUSABLE } from '#shared/kernel/vocabulary.ts';
import { Time } from './fields.ts';
import { operation } from './operation.ts';

const Parts = {
  degrade: z.array(z.enum(DEGRADABLE)).max(DEGRADABLE.length).meta({
    description:
      'Done with less. `verification`: searches do not compare pixels, and their replies say so (`degraded`).',
  }),
  pause: z.array(z.enum(PAUSABLE)).max(PAUSABLE.length).meta({
    description:
      'Stopped. `ingest`: new images are refused (503 `paused`, with `Retry-After`). `imports`: scans and imports of tenants’ storage wait. `webhooks`: deliveries wait. Nothing is lost.',
  }),
};
const SwitchesReply = z
  .object({
    ...Parts,
    changed_at: Time.optional().meta({ description: 'Absent: nobody has changed them.' }),
  })
  .meta({ id: 'Switches' });

export const getSwitches = operation({
  id: 'getSwitches',
  tag: 'Operator',
  method: 'GET',
  path: '/v1/admin/switches',
  summary: 'Get the parts of the service that are degraded or paused',
  policy: 'SystemAdmin',
  reply: { status: 200, description: 'The switches.', schema: SwitchesReply },
  problems: [],
});

export const putSwitches = operation({
  id: 'putSwitches',
  tag: 'Operator',
  method: 'PUT',
  path: '/v1/admin/switches',
  summary: 'Degrade or pause parts of the service during an incident; it holds everywhere within a minute',
  policy: 'SystemAdmin',
  audited: true,
  body: z.strictObject({ degrade: Parts.degrade.default([]), pause: Parts.pause.default([]) }),
  reply: { status: 200, description: 'The switches as they are now.', schema: SwitchesReply },
  problems: [],
});
