import * as z from 'zod';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import { externalIdKey } from '#shared/aws/dynamodb-keys.ts';
import type { Table, Write } from '#shared/aws/dynamodb-table.ts';
import { ImageIdField } from '#shared/kernel/id-fields.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { ImageRecord } from './image-record.ts';

/** The item that reserves an external id for one image. It is written and removed in the transactions of the record. */
const Claim = z.object({ external_id: z.string(), image_id: ImageIdField });
const readClaim = itemReader('images', Claim);

/** Returns the images that have the external ids of these records. */
export async function externalIdOwners(
  table: Table,
  tenant: TenantId,
  records: readonly ImageRecord[],
): Promise<Map<string, ImageId>> {
  const ids = new Set(records.flatMap(({ external_id }) => external_id ?? []));
  const items = await table.getMany([...ids].map((id) => externalIdKey(tenant, id)));
  return new Map(items.map(readClaim).map(({ external_id, image_id }) => [external_id, image_id]));
}

/** Reserves the record's external id, on condition that no image has it. */
export const claimExternalId = ({ tenant_id, external_id, image_id }: ImageRecord): Write[] =>
  external_id === undefined
    ? []
    : [
        {
          Put: {
            Item: { ...externalIdKey(tenant_id, external_id), external_id, image_id },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
      ];

/** Frees the record's external id, if the record has reserved it. */
export async function freeExternalId(table: Table, record: ImageRecord): Promise<Write[]> {
  const { tenant_id, external_id, image_id } = record;
  if (external_id === undefined) return [];
  const owners = await externalIdOwners(table, tenant_id, [record]);
  if (owners.get(external_id) !== image_id) return [];
  return [
    {
      Delete: {
        Key: externalIdKey(tenant_id, external_id),
        ConditionExpression: 'image_id = :image',
        ExpressionAttributeValues: { ':image': image_id },
      },
    },
  ];
}
