import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { Folder } from './blobs.ts';

/** Position of the tenant among a key's segments, by the first segment. */
const TENANT_POSITION = new Map<string | undefined, number>(
  Object.entries({
    incoming: 1,
    uploads: 1,
    derived: 1,
    events: 3, // events/{type}/{date}/{tenant}/…
  } satisfies Record<Folder, number>),
);

/**
 * Rejects a key outside the tenant's folders; called before every access.
 * @throws Problem `forbidden`
 */
export function checkKey(tenant: TenantId, key: string): void {
  if (!isKeyOf(tenant, key)) throw new Problem('forbidden', 'The key does not belong to this tenant.');
}

/** Returns true if a key is in one of the tenant's folders. */
export function isKeyOf(tenant: TenantId, key: string): boolean {
  const parts = key.split('/');
  const position = TENANT_POSITION.get(parts[0]);
  const inFolder = position !== undefined && parts[position] === tenant && parts.length > position + 1;
  return inFolder && !parts.some((part) => part === '' || part === '.' || part === '..');
}
