import { highestRole, ROLE_SCOPES, SCOPES } from '#shared/kernel/access.ts';

/** A person in the user pool. */
interface Person {
  /** Custom attributes begin with `custom:`. */
  attributes: Readonly<Record<string, string>>;
  groups: readonly string[];
}

/** The names of claims, and the attributes that they come from. */
const PROFILE = {
  tenant_id: 'custom:tenant_id',
  organization: 'custom:organization',
  storage_quota: 'custom:storage_quota',
  name: 'name',
  email: 'email',
} as const;

/**
 * Returns the claims to add to a person's tokens (role and profile), and the scopes to remove because the role lacks
 * them.
 * @param resourceServer the prefix that the pool puts before our scopes
 */
export const addedClaims =
  (resourceServer: string) =>
  ({ attributes, groups }: Person) => {
    const role = highestRole(groups);
    const allowed: readonly string[] = role ? ROLE_SCOPES[role] : [];
    const claims: Record<string, string> = role ? { role } : {};
    for (const [claim, attribute] of Object.entries(PROFILE)) {
      const value = attributes[attribute];
      if (value !== undefined) claims[claim] = value;
    }
    const surplus = SCOPES.filter((scope) => !allowed.includes(scope));
    return { claims, surplusScopes: surplus.map((scope) => `${resourceServer}/${scope}`) };
  };
