import { activityPartition, TENANT_ACTIVITIES } from '#shared/aws/dynamodb-activity-keys.ts';
import { type Key, profileKey, tenantPartition } from '#shared/aws/dynamodb-keys.ts';
import { type Item, openTable, type TableOptions } from '#shared/aws/dynamodb-table.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { TenantData } from './tenant-data.ts';

/** Items removed by one call of `removeSome`. */
const SLICE = 1000;

/** The names of the tables that hold data of tenants. */
export interface TenantTables {
  TENANTS_TABLE: string;
  IMAGES_TABLE: string;
  GROUPS_TABLE: string;
  ACTIVITY_TABLE: string;
  LIMITS_TABLE: string;
}

/** Returns all data of a tenant in tables except its profile, which goes last and frees the id. */
export const dynamoTenantData = (
  tables: TenantTables,
  client?: TableOptions['client'],
): readonly TenantData[] => {
  const table = (name: string): TableOptions => ({ table: name, ...(client && { client }) });
  const own = (tenant: TenantId) => [tenantPartition(tenant)];
  const activities = (tenant: TenantId) =>
    TENANT_ACTIVITIES.map((activity) => activityPartition(tenant, activity));
  return [
    partitions('images', table(tables.IMAGES_TABLE), own),
    partitions('groups', table(tables.GROUPS_TABLE), own),
    partitions('activity', table(tables.ACTIVITY_TABLE), activities),
    partitions('limits', table(tables.LIMITS_TABLE), own),
    partitions('keys', table(tables.TENANTS_TABLE), own, profileKey),
  ];
};

/** @param spared the key of an item that stays */
function partitions(
  store: string,
  options: TableOptions,
  partitionsOf: (tenant: TenantId) => readonly string[],
  spared?: (tenant: TenantId) => Key,
): TenantData {
  const table = openTable(options);

  async function firstKeys(tenant: TenantId, atMost: number): Promise<Key[]> {
    const stays = spared?.(tenant).sk;
    const keys: Key[] = [];
    for (const partition of partitionsOf(tenant)) {
      const items = table.query({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': partition },
        ProjectionExpression: 'pk, sk',
        Limit: atMost,
      });
      for await (const item of items) {
        if (item.sk === stays) continue;
        keys.push(keyOf(item));
        if (keys.length === atMost) return keys;
      }
    }
    return keys;
  }

  return {
    store,
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
