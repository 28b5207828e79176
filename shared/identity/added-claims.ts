import { highestRole, ROLE_SCOPES, SCOPES } from '#shared/kernel/access.ts';

/** A person as the user pool knows them. */
interface Person {
  /** Attributes of the pool's own making begin with `custom:`. */
  attributes: Readonly<Record<string, string>>;
  groups: readonly string[];
}

const PROFILE = ['tenant_id', 'organization', 'storage_quota'] as const;

/**
 * What a person's tokens say beside what the pool puts there, and which of our scopes go beyond the person's role.
 * @param resourceServer what the pool writes before the names of our scopes
 */
export const addedClaims =
  (resourceServer: string) =>
  ({ attributes, groups }: Person) => {
    const role = highestRole(groups);
    const allowed: readonly string[] = role ? ROLE_SCOPES[role] : [];
    const claims: Record<string, string> = role ? { role } : {};
    for (const name of PROFILE) {
      const value = attributes[`custom:${name}`];
      if (value !== undefined) claims[name] = value;
    }
    const surplus = SCOPES.filter((scope) => !allowed.includes(scope));
    return { claims, surplusScopes: surplus.map((scope) => `${resourceServer}/${scope}`) };
  };
