import { z } from 'zod';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import {
  cannotLinkKey,
  separationKey,
  separationPrefix,
  tenantPartition,
} from '#shared/aws/dynamodb-keys.ts';
import type { Table } from '#shared/aws/dynamodb-table.ts';
import { ImageIdField } from '#shared/kernel/id-fields.ts';
import type { ImageId } from '#shared/kernel/ids.ts';
import { apartBy, Separation } from './decision.ts';
import type { GroupStore } from './group-store.ts';

const keyOf = ({ tenant_id, group_id, decided_at }: Separation) =>
  separationKey(tenant_id, group_id, decided_at);

const readSeparation = itemReader('groups', Separation);
const readCannotLink = itemReader(
  'groups',
  z.object({
    image_id: ImageIdField,
    apart_from: z.set(ImageIdField).default(() => new Set<ImageId>()), // DynamoDB has no empty sets
  }),
);

/** Sets that are written at a time. */
const ABREAST = 25;

/** What people said is not the same: a record of each decision, and beside each picture the set of those it is apart from. */
export function groupSeparations(
  table: Table,
): Pick<GroupStore, 'separate' | 'separations' | 'apart' | 'unbar' | 'forget'> {
  async function changeSets(verb: 'ADD' | 'DELETE', separation: Separation): Promise<void> {
    const sets = [...apartBy(separation)];
    for (let start = 0; start < sets.length; start += ABREAST) {
      await Promise.all(
        sets.slice(start, start + ABREAST).map(([image, others]) =>
          table.update(cannotLinkKey(separation.tenant_id, image), {
            UpdateExpression: `${verb} apart_from :others SET image_id = :image`,
            ExpressionAttributeValues: { ':others': others, ':image': image },
          }),
        ),
      );
    }
  }

  return {
    async separate(separation) {
      await table.put({ ...keyOf(separation), ...separation });
      await changeSets('ADD', separation);
    },
    async separations(tenant, group) {
      const separations: Separation[] = [];
      for await (const item of table.query({
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :group)',
        ExpressionAttributeValues: { ':pk': tenantPartition(tenant), ':group': separationPrefix(group) },
      })) {
        separations.push(readSeparation(item));
      }
      return separations;
    },
    async apart(tenant, images) {
      const items = await table.getMany([...new Set(images)].map((image) => cannotLinkKey(tenant, image)));
      return new Map(items.map(readCannotLink).map(({ image_id, apart_from }) => [image_id, apart_from]));
    },
    async unbar(separation) {
      await changeSets('DELETE', separation);
    },
    async forget(separation) {
      await table.remove(keyOf(separation));
    },
  };
}
