import { createHash } from 'node:crypto';
import {
  activityPartition,
  DUE_PARTITIONS,
  deliveryKey,
  deliveryRange,
  deliveryReferenceAt,
  duePartition,
  messageKey,
  placeKey,
} from '#shared/aws/dynamodb-activity-keys.ts';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import type { Key } from '#shared/aws/dynamodb-keys.ts';
import { readPage } from '#shared/aws/dynamodb-page.ts';
import { type Item, openTable, type TableOptions } from '#shared/aws/dynamodb-table.ts';
import { DELIVERY_ID_PATTERN, deliveryId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { Delivery } from './delivery.ts';
import type { DeliveryStore } from './delivery-store.ts';

const RETENTION_MS = 30 * 24 * 3600 * 1000;
/** Deliveries that one page of a filtered list reads. */
const READ_AT_MOST = 2_000;
/** Of many places so many are tried: each that is taken costs a write. */
const TRIED_PLACES = 6;

const deliveryOf = itemReader('activity', Delivery);
const expiryOf = ({ created_at }: Delivery) => ({
  expires_at: Math.ceil((Date.parse(created_at) + RETENTION_MS) / 1000),
});
const keyOf = ({ tenant_id, webhook_id, delivery_id }: Delivery): Key =>
  deliveryKey(tenant_id, webhook_id, delivery_id);
/** While pending, it is in the index `by_due`. */
const itemOf = (delivery: Delivery): Item & Key => ({
  ...keyOf(delivery),
  ...delivery,
  ...expiryOf(delivery),
  ...(delivery.state === 'pending' &&
    delivery.next_attempt_at !== undefined && {
      gsi_due: duePartition(delivery.delivery_id),
      due_at: delivery.next_attempt_at,
    }),
});
const digestOf = (message: string): string => createHash('sha256').update(message).digest('hex');

/** Deliveries in DynamoDB, in the table `activity`. */
export function dynamoDeliveryStore(options: TableOptions): DeliveryStore {
  const table = openTable(options);

  const get: DeliveryStore['get'] = async (tenant, webhook, delivery) => {
    const item = await table.get(deliveryKey(tenant, webhook, delivery));
    return item && deliveryOf(item);
  };

  return {
    get,
    async create(delivery) {
      const { tenant_id: tenant, webhook_id: webhook, delivery_id, message } = delivery;
      const told = messageKey(tenant, webhook, digestOf(message.id));
      const created = await table.writeTogether([
        {
          Put: {
            Item: { ...told, delivery_id, ...expiryOf(delivery) },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        { Put: { Item: itemOf(delivery) } },
      ]);
      if (created) return { created, delivery };
      const first = await table.get(told);
      const existing = first && (await get(tenant, webhook, deliveryId(String(first.delivery_id))));
      if (!existing)
        throw new Problem('dependency_unavailable', `The delivery of ${message.id} expires. Try again.`);
      return { created, delivery: existing };
    },
    async save(delivery) {
      const saved = { ...delivery, version: delivery.version + 1 };
      const written = await table.put(itemOf(saved), {
        ConditionExpression: '#version = :read',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':read': delivery.version },
      });
      return written ? saved : undefined;
    },
    async list(tenant, webhook, { state, types, from, to }, page) {
      const [first, last] = deliveryRange(webhook, from, to);
      return readPage(
        table,
        {
          name: ['deliveries', tenant, webhook, state, types?.join(), from, to],
          query: {
            KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
            ExpressionAttributeValues: {
              ':pk': activityPartition(tenant, 'WEBHOOKS'),
              ':first': first,
              ':last': last,
            },
          },
          positionPattern: DELIVERY_ID_PATTERN,
          positionOf: ({ delivery_id }) => delivery_id,
          keyAt: (position) => deliveryKey(tenant, webhook, deliveryId(position)),
          entryOf: deliveryOf,
          wanted: (each) =>
            (state === undefined || each.state === state) &&
            (types === undefined || types.includes(each.message.type)) &&
            (from === undefined || each.created_at >= from) &&
            (to === undefined || each.created_at < to),
          readAtMost: READ_AT_MOST,
        },
        page,
      );
    },
    async *due(at) {
      for (const partition of DUE_PARTITIONS) {
        const items = table.query({
          IndexName: 'by_due',
          KeyConditionExpression: 'gsi_due = :due AND due_at <= :at',
          ExpressionAttributeValues: { ':due': partition, ':at': at },
        });
        for await (const { pk, sk, due_at } of items)
          yield { ...deliveryReferenceAt({ pk, sk }), due_at: String(due_at) };
      }
    },
    async takePlace(tenant, { holder, most }, now, seconds) {
      const first = Math.floor(Math.random() * most);
      for (let step = 0; step < Math.min(most, TRIED_PLACES); step++) {
        const place = (first + step) % most;
        const until = Math.ceil(now.getTime() / 1000 + seconds);
        const taken = await table.put(
          { ...placeKey(tenant, holder, place), expires_at: until },
          {
            ConditionExpression: 'attribute_not_exists(pk) OR expires_at < :now',
            ExpressionAttributeValues: { ':now': Math.floor(now.getTime() / 1000) },
          },
        );
        if (taken) return place;
      }
      return undefined;
    },
    async leavePlace(tenant, { holder }, place) {
      await table.remove(placeKey(tenant, holder, place));
    },
  };
}
