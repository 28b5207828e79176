import { createHash } from 'node:crypto';
import * as z from 'zod';
import { MEMBER_ROLES } from '#shared/kernel/access.ts';
import { TenantIdField, UserIdField } from '#shared/kernel/id-fields.ts';
import { type TenantId, type UserId, userIdOf } from '#shared/kernel/ids.ts';
import { PERSON_STATES } from '#shared/kernel/vocabulary.ts';

/** A person of a tenant, as stored. The account that the person signs in with is in the `UserDirectory`. */
export const Person = z.object({
  user_id: UserIdField,
  tenant_id: TenantIdField,
  /** In lower case; unique in the tenant. */
  email: z.string(),
  name: z.string().exactOptional(),
  role: z.enum(MEMBER_ROLES),
  state: z.enum(PERSON_STATES),
  /** `sub` of the account; absent while `inviting`. */
  subject: z.string().exactOptional(),
  created_at: z.string(),
  invited_by: z.object({ kind: z.enum(['key', 'person', 'operator']), subject: z.string() }).exactOptional(),
  /** Identifies the repetitions of the call that invited the person. */
  repeat_key: z.string().exactOptional(),
});
export type Person = z.infer<typeof Person>;

/** Returns the id of the tenant's person with that address: the same one at each time, so that the address is unique. */
export const userIdFor = (tenant: TenantId, email: string): UserId =>
  userIdOf(createHash('sha256').update(`${tenant}\n${email}`).digest());

/** Returns true if the person counts as one of the tenant's Admins. */
export const isAdmin = ({ role, state }: Pick<Person, 'role' | 'state'>): boolean =>
  role === 'Admin' && state === 'active';
