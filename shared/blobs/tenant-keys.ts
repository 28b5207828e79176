import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';

/** At which part of a key the tenant stands, by the first: `events/{type}/{date}/{tenant}/…`. */
const TENANT_AT: ReadonlyMap<string | undefined, number> = new Map([
  ['uploads', 1],
  ['derived', 1],
  ['events', 3],
]);

/**
 * The guard before every access: a key lies in the tenant's own folder.
 * @throws Problem `forbidden`
 */
export function checkKey(tenant: TenantId, key: string): void {
  if (!isKeyOf(tenant, key)) throw new Problem('forbidden', 'The key is not one of this tenant.');
}

/** Whether a key lies in the tenant's own folder. */
export function isKeyOf(tenant: TenantId, key: string): boolean {
  const parts = key.split('/');
  const place = TENANT_AT.get(parts[0]);
  const inFolder = place !== undefined && parts[place] === tenant && parts.length > place + 1;
  return inFolder && !parts.some((part) => part === '' || part === '.' || part === '..');
}
