import { type MemberRole, ROLE_SCOPES, type Scope } from '#shared/kernel/access.ts';
import type { Caller } from '#shared/kernel/caller.ts';
import type { TenantId, UserId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { type AccountPorts, closeAccount } from './close-account.ts';
import type { PeopleStore, PersonChange } from './people-store.ts';
import { type Person, userIdFor } from './person.ts';
import type { Account, UserDirectory } from './user-directory.ts';

interface Ports extends AccountPorts {
  people: PeopleStore;
  directory: UserDirectory;
}

interface Invitation {
  /** In lower case. */
  email: string;
  role: MemberRole;
  name?: string | undefined;
  /** Identifies repetitions of the call. */
  repeatKey?: string | undefined;
}
type Inviter = Pick<Caller, 'kind' | 'subject' | 'scopes'>;

/** Maximum of people per tenant. */
export const MAX_PEOPLE = 1_000;

/** Invites, changes and removes the people of a tenant. Every step can be repeated after an interruption. */
export function managePeople(ports: Ports) {
  const { people, directory, revocations, issuer, now = () => new Date() } = ports;
  const close = closeAccount(ports);

  async function find(tenant: TenantId, user: UserId): Promise<Person> {
    const person = await people.get(tenant, user);
    if (!person) throw notFound(user);
    return person;
  }

  /**
   * Gives the account what the record says. Ends the tokens of all but Admins, and so the keys that the person made:
   * tokens of before the change would allow what they did.
   */
  async function apply(tenant: TenantId, { user_id, subject, role, state }: Person): Promise<void> {
    if (subject === undefined) return;
    const enabled = state === 'active';
    if (!(await directory.set(tenant, subject, { role, enabled })))
      throw new Problem('conflict', `The account of ${user_id} is gone. Delete the person, and invite anew.`);
    if (!enabled || role !== 'Admin') await revocations.revoke(issuer, subject, now());
  }

  async function add(tenant: TenantId, person: Person): Promise<void> {
    const outcome = await people.add(tenant, person, MAX_PEOPLE);
    if (outcome === 'exists') throw known(person);
    if (outcome === 'full')
      throw new Problem('conflict', `The tenant has ${MAX_PEOPLE} people, the maximum. Delete some first.`);
  }

  async function open(tenant: TenantId, person: Person): Promise<Account> {
    const account = await directory.create(tenant, person).catch(async (error: unknown) => {
      if (error instanceof Problem && error.code === 'invalid_request')
        await people.remove(tenant, person.user_id);
      throw error;
    });
    if (account) return account;
    await people.remove(tenant, person.user_id);
    throw new Problem('conflict', 'The address belongs to an account that is not of this tenant.');
  }

  /** Makes the person active. Deletes the account again if the tenant or the person was removed meanwhile. */
  async function confirm(tenant: TenantId, person: Person, { subject }: Account): Promise<Person> {
    try {
      const confirmed = await people.confirm(tenant, person.user_id, subject);
      if (confirmed) return confirmed;
    } catch (error) {
      if (error instanceof Problem && error.code === 'conflict') await directory.remove(tenant, subject);
      throw error;
    }
    if (!(await people.get(tenant, person.user_id))) await directory.remove(tenant, subject);
    throw known(person);
  }

  return {
    /**
     * Invites a person by mail. An invitation that was interrupted is completed by the next one of the same address.
     * @throws Problem `conflict` if the address is known or the tenant has too many people; `missing_scope`,
     *   `invalid_request`, `dependency_unavailable`
     */
    async invite(tenant: TenantId, invitation: Invitation, inviter: Inviter): Promise<Person> {
      const { email, name, role, repeatKey } = invitation;
      checkMayGive(inviter, role, ROLE_SCOPES[role]);
      const user_id = userIdFor(tenant, email);
      const before = await people.get(tenant, user_id);
      const isRepeated = repeatKey !== undefined && before?.repeat_key === repeatKey;
      if (before && before.state !== 'inviting') {
        if (!isRepeated) throw known(before);
        if (before.state === 'active') await apply(tenant, before);
        return before;
      }
      if (before) await people.remove(tenant, user_id); // interrupted, perhaps with another role
      const { kind, subject } = inviter;
      const person: Person = {
        ...{ user_id, tenant_id: tenant, email, role, state: 'inviting', created_at: now().toISOString() },
        ...(name !== undefined && { name }),
        ...(kind !== 'nobody' && { invited_by: { kind, subject } }),
        ...(repeatKey !== undefined && { repeat_key: repeatKey }),
      };
      await add(tenant, person);
      const account = await open(tenant, person);
      const confirmed = await confirm(tenant, person, account);
      if (account.isNew) await directory.set(tenant, account.subject, { role, enabled: true });
      else await apply(tenant, confirmed);
      return confirmed;
    },

    /**
     * Changes a person's role, or whether the person may sign in. Holds for the next token.
     * @throws Problem `not_found`, `missing_scope`; `conflict` for the tenant's last Admin
     */
    async change(
      tenant: TenantId,
      user: UserId,
      { role, disabled }: { role?: MemberRole | undefined; disabled?: boolean | undefined },
      changer: Inviter,
    ): Promise<{ before: Person; after: Person }> {
      const person = await find(tenant, user);
      if (person.state === 'inviting')
        throw new Problem(
          'conflict',
          'The invitation was interrupted. Invite the person again, or delete it.',
        );
      const wanted = role ?? person.role;
      const had: readonly Scope[] = person.state === 'active' ? ROLE_SCOPES[person.role] : [];
      if (role !== undefined || disabled === false)
        checkMayGive(
          changer,
          wanted,
          ROLE_SCOPES[wanted].filter((scope) => !had.includes(scope)),
        );
      const change: PersonChange = {
        ...(role && { role }),
        ...(disabled !== undefined && { state: disabled ? 'disabled' : 'active' }),
      };
      const changed = await people.change(tenant, user, change);
      if (!changed) throw notFound(user);
      await apply(tenant, changed.after);
      return changed;
    },

    /** Deletes a person and its account. @throws Problem `not_found`; `conflict` for the tenant's last Admin */
    async remove(tenant: TenantId, user: UserId): Promise<Person> {
      const person = await find(tenant, user);
      if (person.state === 'active') await people.change(tenant, user, { state: 'disabled' });
      await close(tenant, person);
      await people.remove(tenant, user);
      return person;
    },
  };
}

const notFound = (user: UserId): Problem => new Problem('not_found', `There is no person ${user}.`);

const known = ({ user_id, email }: Person): Problem =>
  new Problem('conflict', `${email} is known as ${user_id}.`, { members: { existing_user_id: user_id } });

/** Rejects a role that allows more than the caller may do. @throws Problem `missing_scope` */
function checkMayGive({ scopes }: Inviter, role: MemberRole, given: readonly Scope[]): void {
  const excess = given.filter((scope) => !scopes.includes(scope));
  if (excess.length > 0)
    throw new Problem(
      'missing_scope',
      `You cannot give the role ${role}: it allows what you may not do, ${excess.join(', ')}.`,
    );
}
