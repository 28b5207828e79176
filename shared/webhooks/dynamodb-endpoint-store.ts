import { itemReader } from '#shared/aws/dynamodb-item.ts';
import { profileKey, tenantPartition, WEBHOOK_PREFIX, webhookKey } from '#shared/aws/dynamodb-keys.ts';
import { openTable, type TableOptions, type Write } from '#shared/aws/dynamodb-table.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { Endpoint } from './endpoint.ts';
import type { EndpointStore } from './endpoint-store.ts';

const endpointOf = itemReader('tenants', Endpoint);

/** Stores endpoints in the table `tenants`, and their number in the tenant's profile. */
export function dynamoEndpointStore(options: TableOptions): EndpointStore {
  const table = openTable(options);

  /** Adds to the number of an active tenant's endpoints. */
  const count = (tenant: TenantId, more: 1 | -1, most?: number): Write => ({
    Update: {
      Key: profileKey(tenant),
      UpdateExpression: 'ADD #counter :more',
      ...(most !== undefined && {
        ConditionExpression: '#state = :active AND (attribute_not_exists(#counter) OR #counter < :most)',
      }),
      ExpressionAttributeNames: {
        '#counter': 'webhooks',
        ...(most !== undefined && { '#state': 'state' }),
      },
      ExpressionAttributeValues: {
        ':more': more,
        ...(most !== undefined && { ':most': most, ':active': 'active' }),
      },
    },
  });

  const get: EndpointStore['get'] = async (tenant, webhook) => {
    const item = await table.get(webhookKey(tenant, webhook));
    return item && endpointOf(item);
  };

  return {
    get,
    async create(endpoint, most) {
      const { tenant_id: tenant, webhook_id: webhook } = endpoint;
      const created = await table.writeTogether([
        {
          Put: {
            Item: { ...webhookKey(tenant, webhook), ...endpoint },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        count(tenant, 1, most),
      ]);
      if (created) return 'created';
      if (await get(tenant, webhook)) return 'exists';
      if ((await table.get(profileKey(tenant)))?.state === 'active') return 'full';
      throw new Problem('conflict', `The tenant ${tenant} is not active.`);
    },
    async list(tenant) {
      const items = table.query({
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :webhook)',
        ExpressionAttributeValues: { ':pk': tenantPartition(tenant), ':webhook': WEBHOOK_PREFIX },
      });
      const endpoints: Endpoint[] = [];
      for await (const item of items) endpoints.push(endpointOf(item));
      return endpoints;
    },
    async save(endpoint) {
      const saved = { ...endpoint, version: endpoint.version + 1 };
      const written = await table.put(
        { ...webhookKey(saved.tenant_id, saved.webhook_id), ...saved },
        {
          ConditionExpression: '#version = :read',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':read': endpoint.version },
        },
      );
      return written ? saved : undefined;
    },
    async remove(tenant, webhook) {
      return table.writeTogether([
        { Delete: { Key: webhookKey(tenant, webhook), ConditionExpression: 'attribute_exists(pk)' } },
        count(tenant, -1),
      ]);
    },
  };
}
