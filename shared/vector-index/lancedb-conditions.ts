import type { TenantId } from '#shared/kernel/ids.ts';
import { wantedEntries } from './metadata-entries.ts';
import type { VectorFilter } from './vector-index.ts';

/** Returns a text as a literal of LanceDB's SQL, in which only the quote itself is special. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Returns the SQL condition for a tenant's documents that pass a filter. */
export function conditions(tenant: TenantId, filter: VectorFilter = {}): string {
  const { storageLocations, format, createdAfter, createdBefore } = filter;
  const all = [`tenant_id = ${quoted(tenant)}`];
  if (storageLocations) {
    all.push(
      storageLocations.length > 0 ? `storage_id IN (${storageLocations.map(quoted).join(', ')})` : 'false',
    );
  }
  if (format) all.push(`format = ${quoted(format)}`);
  if (createdAfter) all.push(`created_at >= ${Date.parse(createdAfter)}`);
  if (createdBefore) all.push(`created_at <= ${Date.parse(createdBefore)}`);
  for (const wanted of wantedEntries(filter)) {
    all.push(
      wanted.length > 0 ? `array_has_any(metadata, make_array(${wanted.map(quoted).join(', ')}))` : 'false',
    );
  }
  return all.join(' AND ');
}
