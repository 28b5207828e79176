import * as z from 'zod';
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
import { cannotLinksOf, Separation } from './decision.ts';
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

/** Sets written concurrently. */
const CONCURRENCY = 25;

/** Stores separations: an item for each decision, and an item for each image with the set of its cannot-links. */
export function groupSeparations(
  table: Table,
): Pick<GroupStore, 'separate' | 'separations' | 'cannotLinks' | 'removeCannotLinks' | 'removeSeparation'> {
  async function changeSets(verb: 'ADD' | 'DELETE', separation: Separation): Promise<void> {
    const sets = [...cannotLinksOf(separation)];
    for (let start = 0; start < sets.length; start += CONCURRENCY) {
      await Promise.all(
        sets.slice(start, start + CONCURRENCY).map(([image, others]) =>
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
    async cannotLinks(tenant, images) {
      const items = await table.getMany([...new Set(images)].map((image) => cannotLinkKey(tenant, image)));
      return new Map(items.map(readCannotLink).map(({ image_id, apart_from }) => [image_id, apart_from]));
    },
    async removeCannotLinks(separation) {
      await changeSets('DELETE', separation);
    },
    async removeSeparation(separation) {
      await table.remove(keyOf(separation));
    },
  };
}
