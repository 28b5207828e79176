import * as z from 'zod';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import {
  GROUP_COUNTER_PREFIX,
  GROUP_PREFIX,
  groupCounterKey,
  groupKey,
  memberKey,
  tenantPartition,
} from '#shared/aws/dynamodb-keys.ts';
import { readPage } from '#shared/aws/dynamodb-page.ts';
import { openTable, type TableOptions, type Write } from '#shared/aws/dynamodb-table.ts';
import { GroupIdField, ImageIdField } from '#shared/kernel/id-fields.ts';
import { GROUP_ID_PATTERN, type GroupId, groupId, type ImageId, type TenantId } from '#shared/kernel/ids.ts';
import { groupSeparations } from './dynamodb-separations.ts';
import { DuplicateGroup } from './group.ts';
import { countsOf, GROUP_COUNTS, SomeCounts, totalOf } from './group-counts.ts';
import type { GroupStore } from './group-store.ts';

export const GroupsTableEnv = z.object({ GROUPS_TABLE: z.string().min(1) });

const itemsOfTenant = (tenant: TenantId, prefix: string) => ({
  KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
  ExpressionAttributeValues: { ':pk': tenantPartition(tenant), ':prefix': prefix },
});

const groupOf = itemReader('groups', DuplicateGroup);
const readCounts = itemReader('groups', SomeCounts);
const readMember = itemReader('groups', z.object({ image_id: ImageIdField, group_id: GroupIdField }));

/** Stores duplicate groups with their members in DynamoDB, and a lock for each member that keeps it out of other groups. */
export function dynamoGroupStore(options: TableOptions): GroupStore {
  const table = openTable(options);

  async function get(tenant: TenantId, group: GroupId): Promise<DuplicateGroup | undefined> {
    const item = await table.get(groupKey(tenant, group));
    return item && groupOf(item);
  }

  async function groupsOf(tenant: TenantId, images: readonly ImageId[]): Promise<Map<ImageId, GroupId>> {
    const items = await table.getMany([...new Set(images)].map((image) => memberKey(tenant, image)));
    return new Map(items.map(readMember).map(({ image_id, group_id }) => [image_id, group_id]));
  }

  return {
    ...groupSeparations(table),
    get,
    groupsOf,
    async membersBeside(tenant, images) {
      const ids = [...new Set((await groupsOf(tenant, images)).values())];
      const groups = (await table.getMany(ids.map((id) => groupKey(tenant, id)))).map(groupOf);
      return groups.flatMap(({ members }) => members.map(({ image_id }) => image_id));
    },
    async list(tenant, query) {
      return readPage(
        table,
        {
          name: [tenant, 'groups'],
          query: itemsOfTenant(tenant, GROUP_PREFIX),
          positionPattern: GROUP_ID_PATTERN,
          positionOf: (group) => group.group_id,
          keyAt: (group) => groupKey(tenant, groupId(group)),
          entryOf: groupOf,
          ...(query.wanted && { wanted: query.wanted }),
        },
        query,
      );
    },
    async count(tenant, counted = {}) {
      let total = 0;
      for await (const item of table.query(itemsOfTenant(tenant, GROUP_COUNTER_PREFIX)))
        total += totalOf(readCounts(item), counted);
      return total;
    },
    async save(group) {
      const before = await get(group.tenant_id, group.group_id);
      if ((before?.version ?? 0) !== group.version) return false;
      const members = new Set(group.members.length >= 2 ? group.members.map((each) => each.image_id) : []);
      if (!before && members.size === 0) return true;
      const former = new Set(before?.members.map((each) => each.image_id));
      return table.writeTogether([
        members.size === 0 ? removal(group) : replacement(group),
        ...counted(before, members.size > 0 ? group : undefined),
        ...[...members].filter((image) => !former.has(image)).map((image) => lock(group, image)),
        ...[...former].filter((image) => !members.has(image)).map((image) => release(group, image)),
      ]);
    },
    async markPublished(group) {
      await table.update(groupKey(group.tenant_id, group.group_id), {
        UpdateExpression: 'SET told_version = :version',
        ConditionExpression: 'version = :version',
        ExpressionAttributeValues: { ':version': group.version },
      });
    },
  };
}

const sameVersion = (group: DuplicateGroup) =>
  group.version === 0
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : {
        ConditionExpression: 'version = :version',
        ExpressionAttributeValues: { ':version': group.version },
      };

const replacement = (group: DuplicateGroup): Write => ({
  Put: {
    Item: { ...groupKey(group.tenant_id, group.group_id), ...group, version: group.version + 1 },
    ...sameVersion(group),
  },
});
/** Counts what a write changes, in its transaction. */
function counted(before: DuplicateGroup | undefined, after: DuplicateGroup | undefined): Write[] {
  const { tenant_id, group_id } = after ?? before ?? {};
  const [was, is] = [countsOf(before), countsOf(after)];
  const changes = GROUP_COUNTS.filter((name) => was[name] !== is[name]);
  if (!tenant_id || !group_id || changes.length === 0) return [];
  return [
    {
      Update: {
        Key: groupCounterKey(tenant_id, group_id),
        UpdateExpression: `ADD ${changes.map((name) => `${name} :${name}`).join(', ')}`,
        ExpressionAttributeValues: Object.fromEntries(
          changes.map((name) => [`:${name}`, is[name] - was[name]]),
        ),
      },
    },
  ];
}
const removal = (group: DuplicateGroup): Write => ({
  Delete: { Key: groupKey(group.tenant_id, group.group_id), ...sameVersion(group) },
});
const lock = (group: DuplicateGroup, image_id: ImageId): Write => ({
  Put: {
    Item: { ...memberKey(group.tenant_id, image_id), image_id, group_id: group.group_id },
    ConditionExpression: 'attribute_not_exists(pk)',
  },
});
const release = (group: DuplicateGroup, image_id: ImageId): Write => ({
  Delete: {
    Key: memberKey(group.tenant_id, image_id),
    ConditionExpression: 'group_id = :group',
    ExpressionAttributeValues: { ':group': group.group_id },
  },
});
