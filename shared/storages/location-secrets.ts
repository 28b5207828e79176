import { Credentials } from '#shared/connectors/credentials.ts';
import type { StorageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { SecretPath, SecretStore } from '#shared/secrets/secret-store.ts';

const pathOf = (storage: StorageId): SecretPath => `storage/${storage}`;

/** Returns the function that reads a location's credentials, as a connector takes it; undefined for a role. */
export const credentialsOf =
  (secrets: Pick<SecretStore, 'get'>, tenant: TenantId, storage: StorageId) =>
  async (): Promise<Credentials | undefined> => {
    const text = await secrets.get(tenant, pathOf(storage));
    return text === undefined ? undefined : parse(text, storage);
  };

/** Creates the credentials of a location, or replaces them. */
export const putCredentials = (
  secrets: Pick<SecretStore, 'put'>,
  tenant: TenantId,
  storage: StorageId,
  credentials: Credentials,
): Promise<void> => secrets.put(tenant, pathOf(storage), JSON.stringify(credentials));

/** Idempotent. */
export const removeCredentials = (
  secrets: Pick<SecretStore, 'remove'>,
  tenant: TenantId,
  storage: StorageId,
): Promise<void> => secrets.remove(tenant, pathOf(storage));

/** The errors of a parser quote what they read: none is a cause of the problem. */
function parse(text: string, storage: StorageId): Credentials {
  try {
    const parsed = Credentials.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch {}
  throw new Problem('internal_error', `The secret of ${storage} cannot be read. Replace its credentials.`);
}
