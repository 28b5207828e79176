import * as z from 'zod';
import { ROLES, SCOPES } from '#shared/kernel/access.ts';
import { PLAN_NAMES } from '#shared/kernel/plans.ts';
import { Count, TenantIdField, Time } from './fields.ts';
import { operation } from './operation.ts';

const Rate = z.object({
  limit: Count.meta({ description: 'Per minute.' }),
  remaining: Count,
  resets_at: Time,
});
const Room = z.object({ limit: Count, remaining: Count });

const MeReply = z
  .object({
    tenant_id: TenantIdField,
    plan: z.enum(PLAN_NAMES),
    subject: z.object({
      kind: z.enum(['key', 'person', 'key_and_person']),
      id: z.string().meta({ description: 'The id of the key, or the `sub` of the person’s token.' }),
      name: z.string().optional(),
      email: z.string().optional(),
      role: z.enum(ROLES).optional(),
    }),
    scopes: z.array(z.enum(SCOPES)),
    limits: z.object({
      requests: Rate,
      searches: Rate,
      searches_per_person: Rate.optional().meta({
        description: 'Of a person: its own searches, which count as the tenant’s too.',
      }),
      uploads: Rate,
      stored_images: Room,
      storage_bytes: Room,
    }),
    features: z.array(z.string()).meta({
      description: 'The `operationId` of each call that the credential may make.',
    }),
  })
  .meta({ id: 'Me' });
export type MeReply = z.input<typeof MeReply>;

export const getMe = operation({
  id: 'getMe',
  tag: 'Tenant',
  method: 'GET',
  path: '/v1/me',
  summary: 'Get who you are, what you may do, and what is left of your limits',
  policy: 'AnyCredential',
  reply: { status: 200, description: 'The caller and its tenant.', schema: MeReply },
  problems: [],
});
