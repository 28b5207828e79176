import * as z from 'zod';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import {
  API_KEY_PREFIX,
  apiKeyKey,
  type Key,
  PROFILES,
  profileKey,
  tenantPartition,
} from '#shared/aws/dynamodb-keys.ts';
import { readPage } from '#shared/aws/dynamodb-page.ts';
import { type Item, openTable, type TableOptions } from '#shared/aws/dynamodb-table.ts';
import { setAndRemove } from '#shared/aws/dynamodb-update.ts';
import { TENANT_ID_PATTERN, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { ApiKey } from './api-key.ts';
import { changed, notChangeable } from './changed-tenant.ts';
import { modelsUpdate, tenantUpdate, WITH_SETTINGS } from './dynamodb-tenant-updates.ts';
import { Tenant } from './tenant.ts';
import type { KeyChange, TenantStore } from './tenant-store.ts';

export const TenantsTableEnv = z.object({ TENANTS_TABLE: z.string().min(1) });

const tenantOf = itemReader('tenants', Tenant);
const apiKeyOf = itemReader('tenants', ApiKey);
const apiKeyItem = (key: ApiKey): Item & Key => ({
  ...apiKeyKey(key.tenant_id, key.key_id),
  ...key,
  key_hash: key.hash,
  has_place: true,
  ...endOf(key),
});

/** Returns when a key that has a place ends, if it does. */
const endOf = ({ revoked_at, expires_at }: KeyChange): Item => {
  const ends_at = revoked_at ?? expires_at;
  return ends_at === undefined ? {} : { ends_at };
};

/** Stores tenants and their keys in DynamoDB. */
export function dynamoTenantStore(options: TableOptions): TenantStore {
  const table = openTable(options);

  async function get(tenant: TenantId): Promise<Tenant | undefined> {
    const item = await table.get(profileKey(tenant));
    return item && tenantOf(item);
  }

  return {
    get,
    async list(query) {
      return readPage(
        table,
        {
          name: ['tenants'],
          query: {
            IndexName: 'by_kind',
            KeyConditionExpression: 'gsi_kind = :profile',
            ExpressionAttributeValues: { ':profile': PROFILES },
          },
          ascending: true,
          positionPattern: TENANT_ID_PATTERN,
          positionOf: ({ tenant_id }) => tenant_id,
          keyAt: (tenant_id) => ({ ...profileKey(tenantId(tenant_id)), gsi_kind: PROFILES, tenant_id }),
          entryOf: tenantOf,
        },
        query,
      );
    },
    async reserve(tenant) {
      const { tenant_id, name, plan, settings, repeat_key } = tenant;
      const item = { ...profileKey(tenant_id), ...tenant, gsi_kind: PROFILES };
      if (await table.put(item, { ConditionExpression: 'attribute_not_exists(pk)' })) return tenant;
      const { item: existing } = await table.update(
        profileKey(tenant_id),
        setAndRemove({ name, plan, settings, repeat_key }, settings ? [] : ['settings'], {
          attribute: 'state',
          oneOf: ['creating'],
        }),
      );
      if (!existing) throw new Problem('dependency_unavailable', 'The tenant has just gone. Try again.');
      return tenantOf(existing);
    },
    async activate(tenant, key) {
      const activated = await table.writeTogether([
        { Put: { Item: apiKeyItem(key), ConditionExpression: 'attribute_not_exists(pk)' } },
        {
          Update: {
            Key: profileKey(tenant),
            ...setAndRemove({ state: 'active', key_places: 1 }, [], {
              attribute: 'state',
              oneOf: ['creating'],
            }),
          },
        },
      ]);
      if (activated) return;
      const [existing, first] = await Promise.all([get(tenant), table.get(apiKeyKey(tenant, key.key_id))]);
      if (existing?.state !== 'active' || !first)
        throw new Problem('conflict', `The tenant ${tenant} is not being created.`);
    },
    async change(tenant, change) {
      if (change.settings) await table.update(profileKey(tenant), WITH_SETTINGS);
      const { applied, item } = await table.update(profileKey(tenant), tenantUpdate(change), 'ALL_OLD');
      if (!item) return undefined;
      const before = tenantOf(item);
      if (!applied) throw notChangeable(before);
      return { before, after: changed(before, change) };
    },
    async putModels(read, { chosen, filling }) {
      await table.update(profileKey(read.tenant_id), WITH_SETTINGS);
      const { applied } = await table.update(profileKey(read.tenant_id), modelsUpdate(read, chosen, filling));
      return applied;
    },
    async beginPurge(tenant, job) {
      const { applied, item } = await table.update(
        profileKey(tenant),
        {
          UpdateExpression: 'SET #state = :purging, purge_job_id = if_not_exists(purge_job_id, :job)',
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ':purging': 'purging', ':job': job },
        },
        'ALL_OLD',
      );
      if (!applied || !item) return undefined;
      const before = tenantOf(item);
      return {
        before,
        after: { ...before, state: 'purging', purge_job_id: before.purge_job_id ?? job },
      };
    },
    async remove(tenant, job) {
      return table.remove(profileKey(tenant), {
        ConditionExpression: 'purge_job_id = :job',
        ExpressionAttributeValues: { ':job': job },
      });
    },
    async findKey(hash) {
      const keys = table.query({
        IndexName: 'by_key_hash',
        KeyConditionExpression: 'key_hash = :hash',
        ExpressionAttributeValues: { ':hash': hash },
      });
      for await (const item of keys) {
        const { tenant_id, key_id } = apiKeyOf(item);
        // The index is eventually consistent; a revoked key must be refused at once.
        const [key, tenant] = await Promise.all([table.get(apiKeyKey(tenant_id, key_id)), get(tenant_id)]);
        return key && tenant && { key: apiKeyOf(key), tenant };
      }
      return undefined;
    },
    async listKeys(tenant) {
      const keys: ApiKey[] = [];
      for await (const item of table.query({
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :key)',
        ExpressionAttributeValues: { ':pk': tenantPartition(tenant), ':key': API_KEY_PREFIX },
      })) {
        keys.push(apiKeyOf(item));
      }
      return keys;
    },
    async addKey(tenant, key, maxPlaces) {
      const added = await table.writeTogether([
        { Put: { Item: apiKeyItem(key), ConditionExpression: 'attribute_not_exists(pk)' } },
        {
          Update: {
            Key: profileKey(tenant),
            UpdateExpression: 'ADD key_places :one',
            // Tenants of before the counter begin at none: their older keys have no place.
            ConditionExpression:
              '#state = :active AND (attribute_not_exists(key_places) OR key_places < :max)',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: { ':active': 'active', ':max': maxPlaces, ':one': 1 },
          },
        },
      ]);
      if (added) return true;
      if ((await get(tenant))?.state !== 'active')
        throw new Problem('conflict', `The tenant ${tenant} is not active.`);
      if (await table.get(apiKeyKey(tenant, key.key_id)))
        throw new Problem('conflict', `The key ${key.key_id} exists.`);
      return false;
    },
    async releaseKey(tenant, keyId) {
      const notEnding = { Key: apiKeyKey(tenant, keyId), UpdateExpression: 'REMOVE ends_at' };
      const released = await table.writeTogether([
        {
          Update: {
            ...notEnding,
            UpdateExpression: `${notEnding.UpdateExpression}, has_place`,
            ConditionExpression: 'attribute_exists(has_place)',
          },
        },
        {
          Update: {
            Key: profileKey(tenant),
            UpdateExpression: 'ADD key_places :less',
            ConditionExpression: 'key_places > :none',
            ExpressionAttributeValues: { ':less': -1, ':none': 0 },
          },
        },
      ]);
      if (!released)
        await table.update(notEnding.Key, { ...notEnding, ConditionExpression: 'attribute_exists(pk)' });
    },
    async *endedKeys(tenant, until) {
      for await (const item of table.query({
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :key)',
        FilterExpression: 'ends_at <= :until',
        ExpressionAttributeValues: {
          ':pk': tenantPartition(tenant),
          ':key': API_KEY_PREFIX,
          ':until': until,
        },
      }))
        yield apiKeyOf(item);
    },
    async noteKeyUse(tenant, keyId, at) {
      // The authorizer's role allows it these attributes, and none in return: infra/stacks/tenants.ts.
      await table.update(
        apiKeyKey(tenant, keyId),
        setAndRemove({ last_used_at: at }, [], { attribute: 'key_id', oneOf: [keyId] }),
        'NONE',
      );
    },
    async changeKey(tenant, keyId, change) {
      const { applied, item } = await table.update(
        apiKeyKey(tenant, keyId),
        setAndRemove({ ...change, ...endOf(change) }, [], { attribute: 'key_id', oneOf: [keyId] }),
      );
      return applied && item ? apiKeyOf(item) : undefined;
    },
  };
}
