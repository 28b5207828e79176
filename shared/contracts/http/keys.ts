import * as z from 'zod';
import { type Policy, SCOPES } from '#shared/kernel/access.ts';
import { ORIGIN_PATTERN } from '#shared/kernel/origins.ts';
import { KEY_KINDS } from '#shared/kernel/vocabulary.ts';
import { KeyIdField, TenantIdField, Time } from './fields.ts';
import { type Operation, operation } from './operation.ts';

const AllowedOrigins = z.array(z.string().max(253).regex(ORIGIN_PATTERN)).min(1).max(50).meta({
  description:
    'Of a publishable key: the origins of the pages that may use it, exact or as `https://*.example.com`; by default any. A call from elsewhere is refused with `origin_not_allowed`.',
});

const NewKey = z
  .strictObject({
    name: z.string().min(1).max(100),
    kind: z.enum(KEY_KINDS).default('live'),
    scopes: z.array(z.enum(SCOPES)).max(SCOPES.length).default([]).meta({
      description:
        'What the key allows. A publishable key has none: the person’s token decides what is allowed.',
    }),
    expires_at: Time.optional(),
    allowed_origins: AllowedOrigins.optional(),
  })
  .refine(({ kind, allowed_origins }) => kind === 'publishable' || allowed_origins === undefined, {
    path: ['allowed_origins'],
    message: 'only of a publishable key',
  })
  .refine(({ kind, scopes }) => kind === 'live' || scopes.length === 0, {
    path: ['scopes'],
    message: 'a publishable key must have no scopes',
  })
  .refine(({ kind, scopes }) => kind === 'publishable' || scopes.length > 0, {
    path: ['scopes'],
    message: 'give at least one scope',
  })
  .meta({
    description:
      'A tenant has at most 50 active keys; one more is a `conflict`. The scopes must be among the caller’s.',
  });

const Rotation = z.strictObject({
  overlap_seconds: z
    .number()
    .int()
    .min(0)
    .max(7 * 24 * 3600)
    .default(24 * 3600)
    .meta({
      description:
        'Seconds for which the old key stays valid: 0 to 604800 (7 days), by default 86400 (1 day).',
    }),
});

const KeyReply = z
  .object({
    key_id: KeyIdField,
    name: z.string(),
    kind: z.enum(KEY_KINDS),
    scopes: z.array(z.enum(SCOPES)),
    allowed_origins: AllowedOrigins.optional(),
    state: z.enum(['active', 'expired', 'revoked']),
    created_at: Time,
    created_by: z
      .object({ kind: z.enum(['key', 'person', 'operator']), subject: z.string() })
      .optional()
      .meta({
        description:
          'The caller that made or rotated the key. A key that a person made, or a key of that person, is refused once the person’s tokens are revoked.',
      }),
    expires_at: Time.optional(),
    revoked_at: Time.optional(),
    last_used_at: Time.optional().meta({ description: 'Time of the last use, accurate to one minute.' }),
    replaced_by: KeyIdField.optional(),
  })
  .meta({ id: 'Key' });
/** Of a creation that shows a secret once. */
export const SecretOnce = {
  api_key: z.string().optional().meta({ description: 'The secret key, in the first reply alone.' }),
  secret_shown: z.boolean().meta({
    description: 'False in the reply to a call that is repeated by its `Idempotency-Key`.',
  }),
  how_to_rotate: z.string().optional().meta({
    description: 'If the secret is not shown: the call that replaces the key by one with a new secret.',
  }),
};
const NewKeyReply = KeyReply.extend(SecretOnce).meta({ id: 'NewKey' });

/** Removes the secret from the reply to a creation. @param root the path of the keys, `/v1/` */
export const withoutSecret =
  (root: string) =>
  <Reply extends { key_id: string; api_key?: string | undefined }>({ api_key: _, ...reply }: Reply) => ({
    ...reply,
    secret_shown: false,
    how_to_rotate: `POST ${root}keys/${reply.key_id}/rotate`,
  });

interface Plane<Access extends Policy> {
  root: `/v1/${string}` | '/v1/';
  suffix: string;
  tag: Operation['tag'];
  policy: Access;
}

/** Defines the same calls for a tenant's administrator and for the operator. @param scope the parameters of `root` */
const keyOperations = <Access extends Policy, Scope extends z.ZodRawShape>(
  { root, suffix, tag, policy }: Plane<Access>,
  scope: Scope,
) => {
  const Owner = z.object(scope);
  const Key = z.object({ ...scope, key_id: KeyIdField });
  return {
    list: operation({
      id: `listKeys${suffix}`,
      tag,
      method: 'GET',
      path: `${root}keys`,
      summary: 'List API keys without their secrets',
      policy,
      params: Owner,
      reply: {
        status: 200,
        description: 'All keys, oldest first, including revoked and expired ones.',
        schema: z.object({ keys: z.array(KeyReply) }),
      },
      problems: ['not_found'],
    }),
    create: operation({
      id: `createKey${suffix}`,
      tag,
      method: 'POST',
      path: `${root}keys`,
      summary: 'Create an API key',
      policy,
      audited: true,
      idempotent: true,
      withoutSecret: withoutSecret(root),
      params: Owner,
      body: NewKey,
      reply: { status: 201, description: 'The key with its secret.', schema: NewKeyReply },
      problems: ['not_found', 'conflict'],
    }),
    rotate: operation({
      id: `rotateKey${suffix}`,
      tag,
      method: 'POST',
      path: `${root}keys/{key_id}/rotate`,
      summary: 'Replace an API key, with an overlap',
      policy,
      audited: true,
      idempotent: true,
      withoutSecret: withoutSecret(root),
      params: Key,
      body: Rotation,
      reply: { status: 201, description: 'The new key with its secret.', schema: NewKeyReply },
      problems: ['not_found', 'conflict'],
    }),
    revoke: operation({
      id: `revokeKey${suffix}`,
      tag,
      method: 'DELETE',
      path: `${root}keys/{key_id}`,
      summary: 'Revoke an API key',
      policy,
      audited: true,
      params: Key,
      reply: { status: 200, description: 'The revoked key; calls with it are refused.', schema: KeyReply },
      problems: ['not_found'],
    }),
  };
};

export const ownKeys = keyOperations({ root: '/v1/', suffix: '', tag: 'Tenant', policy: 'AdminOnly' }, {});
export const tenantKeys = keyOperations(
  { root: '/v1/admin/tenants/{tenant_id}/', suffix: 'OfTenant', tag: 'Operator', policy: 'SystemAdmin' },
  { tenant_id: TenantIdField },
);
