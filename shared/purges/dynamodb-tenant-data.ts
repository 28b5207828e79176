import { METERED_SHARDS } from '#shared/aws/dynamodb-keys.ts';
import { type Item, type Key, openTable, type Query, type TableOptions } from '#shared/aws/dynamodb-table.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { TenantData } from './tenant-data.ts';

/** Items removed in one go. */
const SLICE = 1000;

const own = (tenant: TenantId): string => `TENANT#${tenant}`;
/** What a tenant's activity is divided into. */
const ACTIVITIES = ['IDEMPOTENCY', 'USAGE', ...METERED_SHARDS, 'STATISTICS', 'CACHE'];

/** The names of the tables that hold things of tenants. */
export interface TenantTables {
  TENANTS_TABLE: string;
  IMAGES_TABLE: string;
  GROUPS_TABLE: string;
  ACTIVITY_TABLE: string;
  LIMITS_TABLE: string;
}

/** All that a tenant has in tables, but its profile: that goes last, with the id. */
export const dynamoTenantData = (
  tables: TenantTables,
  client?: TableOptions['client'],
): readonly TenantData[] => {
  const table = (name: string): TableOptions => ({ table: name, ...(client && { client }) });
  return [
    partitions('images', table(tables.IMAGES_TABLE), (tenant) => [own(tenant)]),
    partitions('groups', table(tables.GROUPS_TABLE), (tenant) => [own(tenant)]),
    partitions('activity', table(tables.ACTIVITY_TABLE), (tenant) =>
      ACTIVITIES.map((activity) => `${own(tenant)}#${activity}`),
    ),
    partitions('limits', table(tables.LIMITS_TABLE), (tenant) => [own(tenant)]),
    partitions('keys', table(tables.TENANTS_TABLE), (tenant) => [own(tenant)], 'KEY#'),
  ];
};

/** @param beginning of the sort keys of what goes; absent: all */
function partitions(
  place: string,
  options: TableOptions,
  of: (tenant: TenantId) => readonly string[],
  beginning?: string,
): TenantData {
  const table = openTable(options);
  const queryOf = (partition: string): Query => ({
    KeyConditionExpression: beginning === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :beginning)',
    ExpressionAttributeValues: {
      ':pk': partition,
      ...(beginning !== undefined && { ':beginning': beginning }),
    },
  });

  async function firstKeys(tenant: TenantId, atMost: number): Promise<Key[]> {
    const keys: Key[] = [];
    for (const partition of of(tenant)) {
      const query = { ...queryOf(partition), ProjectionExpression: 'pk, sk', Limit: atMost };
      for await (const item of table.query(query)) {
        keys.push(keyOf(item));
        if (keys.length === atMost) return keys;
      }
    }
    return keys;
  }

  return {
    place,
    async removeSome(tenant) {
      const keys = await firstKeys(tenant, SLICE);
      await table.removeMany(keys);
      return keys.length;
    },
    async count(tenant) {
      return (await firstKeys(tenant, 1)).length;
    },
  };
}

const keyOf = ({ pk, sk }: Item): Key => ({ pk: String(pk), sk: String(sk) });
