import * as z from 'zod';
import { MEMBER_ROLES } from '#shared/kernel/access.ts';
import { PERSON_STATES } from '#shared/kernel/vocabulary.ts';
import { Cursor, limitOf, Time, UserIdField } from './fields.ts';
import { operation } from './operation.ts';

const Role = z.enum(MEMBER_ROLES);

const Invitation = z.strictObject({
  /** Cognito's usernames have at most 128 characters. */
  email: z
    .email()
    .max(128)
    .transform((email) => email.toLowerCase())
    .meta({ description: 'In any case; stored in lower case.', example: 'ada@acme.example' }),
  role: Role,
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^\P{C}+$/u, 'must not have control characters')
    .optional(),
});

const PersonChange = z
  .strictObject({
    role: Role.optional(),
    disabled: z.boolean().optional().meta({ description: 'True: the person can no longer sign in.' }),
  })
  .refine((change) => Object.keys(change).length > 0, 'must have a field');

const PersonReply = z
  .object({
    user_id: UserIdField,
    email: z.string(),
    name: z.string().optional(),
    role: Role,
    state: z.enum(PERSON_STATES).meta({
      description: '`inviting`: the invitation was interrupted. Invite the person again, or delete it.',
    }),
    subject: z.string().optional().meta({
      description:
        'The `sub` of the person’s tokens: `subject.id` in `GET /me`, `actor.subject` in the audit log.',
    }),
    created_at: Time,
    invited_by: z
      .object({ kind: z.enum(['key', 'person', 'operator']), subject: z.string() })
      .optional()
      .meta({ description: 'The caller that invited the person.' }),
  })
  .meta({ id: 'User' });

const User = z.object({ user_id: UserIdField });

export const listUsers = operation({
  id: 'listUsers',
  tag: 'Tenant',
  method: 'GET',
  path: '/v1/users',
  summary: 'List the people of the tenant',
  policy: 'AdminOnly',
  query: z.strictObject({ cursor: Cursor, limit: limitOf(200, 50) }),
  reply: {
    status: 200,
    description: 'The people in a fixed order, disabled ones included.',
    schema: z.object({ users: z.array(PersonReply), next_cursor: z.string().optional() }),
  },
  problems: ['invalid_cursor'],
});

export const inviteUser = operation({
  id: 'inviteUser',
  tag: 'Tenant',
  method: 'POST',
  path: '/v1/users',
  summary: 'Invite a person by e-mail',
  policy: 'AdminOnly',
  audited: true,
  idempotent: true,
  body: Invitation,
  reply: { status: 201, description: 'The invited person.', schema: PersonReply },
  problems: ['conflict'],
});

export const changeUser = operation({
  id: 'changeUser',
  tag: 'Tenant',
  method: 'PATCH',
  path: '/v1/users/{user_id}',
  summary: 'Change the role of a person, disable it, or enable it again',
  policy: 'AdminOnly',
  audited: true,
  params: User,
  body: PersonChange,
  reply: {
    status: 200,
    description:
      'The changed person. Tokens of before the change are refused, and keys that the person made with them, unless it is an enabled Admin.',
    schema: PersonReply,
  },
  problems: ['not_found', 'conflict'],
});

export const removeUser = operation({
  id: 'removeUser',
  tag: 'Tenant',
  method: 'DELETE',
  path: '/v1/users/{user_id}',
  summary: 'Delete a person and its account',
  policy: 'AdminOnly',
  audited: true,
  params: User,
  reply: { status: 200, description: 'The person as it was.', schema: PersonReply },
  problems: ['not_found', 'conflict'],
});
