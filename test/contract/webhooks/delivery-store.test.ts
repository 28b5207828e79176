import { describe, expect, it } from 'vitest';
import { newDeliveryId, newWebhookId, type TenantId, tenantId, type WebhookId } from '#shared/kernel/ids.ts';
import type { WebhookEventType } from '#shared/kernel/vocabulary.ts';
import type { Delivery } from '#shared/webhooks/delivery.ts';
import { type DeliveryStore, PLACES } from '#shared/webhooks/delivery-store.ts';
import { dynamoDeliveryStore } from '#shared/webhooks/dynamodb-delivery-store.ts';
import { memoryDeliveryStore } from '../../memory/delivery-store.ts';
import { newTable } from '../emulator.ts';

const kinds: [string, () => Promise<DeliveryStore>][] = [
  ['in memory', async () => memoryDeliveryStore()],
  [
    'in DynamoDB',
    async () => dynamoDeliveryStore(await newTable('activity', [['by_due', 'gsi_due', 'due_at']])),
  ],
];

const ACME = tenantId('acme');
const OTHER = tenantId('other');

const deliveryOf = (
  webhook: WebhookId,
  message: string,
  at = '2026-11-01T10:00:00.000Z',
  type: WebhookEventType = 'images.indexed',
  tenant: TenantId = ACME,
): Delivery => ({
  ...{ tenant_id: tenant, webhook_id: webhook, delivery_id: newDeliveryId(Date.parse(at)) },
  ...{ message: { id: message, type, body: '{}' }, state: 'pending', made: 0, attempts: [] },
  ...{ next_attempt_at: at, version: 1, created_at: at, updated_at: at },
});

describe.each(kinds)('deliveries %s', (_, open) => {
  it('are one for an endpoint and a message, in races too', async () => {
    const store = await open();
    const [one, two] = [newWebhookId(), newWebhookId()];
    const made = await Promise.all(Array.from({ length: 4 }, () => store.create(deliveryOf(one, 'evt_1'))));
    expect(made.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(made.map(({ delivery }) => delivery.delivery_id)).size).toBe(1);
    expect((await store.create(deliveryOf(two, 'evt_1'))).created).toBe(true);
    expect((await store.create(deliveryOf(one, 'evt_2'))).created).toBe(true);
    const theirs = deliveryOf(one, 'evt_1', undefined, undefined, OTHER);
    expect((await store.create(theirs)).created).toBe(true);
    expect((await store.list(ACME, one, {}, { limit: 10 })).items).toHaveLength(2);
  });

  it('are read by their tenant and endpoint, and written on condition of the version', async () => {
    const store = await open();
    const webhook = newWebhookId();
    const delivery = deliveryOf(webhook, 'evt_1');
    await store.create(delivery);
    expect(await store.get(ACME, webhook, delivery.delivery_id)).toEqual(delivery);
    expect(await store.get(OTHER, webhook, delivery.delivery_id)).toBeUndefined();
    expect(await store.get(ACME, newWebhookId(), delivery.delivery_id)).toBeUndefined();
    const attempt = {
      ...{ at: '2026-11-01T10:00:00.000Z', outcome: 'failed' as const, status: 500, ms: 12, ip: '1.1.1.1' },
      ...{ response: 'no', headers: { 'webhook-id': 'evt_1' } },
    };
    const saved = await store.save({ ...delivery, made: 1, attempts: [attempt] });
    expect(saved).toMatchObject({ version: 2, attempts: [attempt] });
    expect(await store.save({ ...delivery, made: 9 })).toBeUndefined();
    expect(await store.get(ACME, webhook, delivery.delivery_id)).toEqual(saved);
  });

  it('are listed newest first, by state, type and time, in pages', async () => {
    const store = await open();
    const webhook = newWebhookId();
    for (let hour = 10; hour < 20; hour++)
      await store.create(
        deliveryOf(
          webhook,
          `evt_${hour}`,
          `2026-11-01T${hour}:00:00.000Z`,
          hour % 2 ? 'images.failed' : 'images.indexed',
        ),
      );
    const hoursOf = async (filter: Parameters<DeliveryStore['list']>[2]) =>
      (await store.list(ACME, webhook, filter, { limit: 100 })).items.map(({ created_at }) =>
        Number(created_at.slice(11, 13)),
      );
    expect(await hoursOf({})).toEqual([19, 18, 17, 16, 15, 14, 13, 12, 11, 10]);
    expect(await hoursOf({ types: ['images.failed'] })).toEqual([19, 17, 15, 13, 11]);
    expect(await hoursOf({ state: 'failed' })).toEqual([]);
    expect(await hoursOf({ from: '2026-11-01T12:00:00.000Z', to: '2026-11-01T15:00:00.000Z' })).toEqual([
      14, 13, 12,
    ]);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.list(ACME, webhook, {}, { limit: 3, cursor });
      seen.push(...page.items.map(({ message }) => message.id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toHaveLength(10);
    expect(new Set(seen).size).toBe(10);
    const first = await store.list(ACME, webhook, {}, { limit: 3 });
    await expect(
      store.list(ACME, newWebhookId(), {}, { limit: 3, cursor: first.nextCursor }),
    ).rejects.toMatchObject({ code: 'invalid_cursor' });
  });

  it('are due while they are pending, from their time on', async () => {
    const store = await open();
    const webhook = newWebhookId();
    const due = deliveryOf(webhook, 'evt_1', '2026-11-01T10:00:00.000Z');
    const later = deliveryOf(webhook, 'evt_2', '2026-11-01T11:00:00.000Z');
    const done = deliveryOf(webhook, 'evt_3', '2026-11-01T09:00:00.000Z');
    for (const each of [due, later, done]) await store.create(each);
    const { next_attempt_at: _, ...ended } = done;
    await store.save({ ...ended, state: 'delivered' });
    const found: unknown[] = [];
    for await (const each of store.due('2026-11-01T10:30:00.000Z')) found.push(each);
    expect(found).toEqual([
      {
        tenant_id: ACME,
        webhook_id: webhook,
        delivery_id: due.delivery_id,
        due_at: '2026-11-01T10:00:00.000Z',
      },
    ]);
  });

  it('have few places at an endpoint, each for a time', async () => {
    const store = await open();
    const [one, two] = [newWebhookId(), newWebhookId()];
    const now = new Date('2026-11-01T10:00:00.000Z');
    const take = (webhook: WebhookId, at = now) =>
      store.takePlace(ACME, { holder: webhook, most: PLACES }, at, 60);
    const taken = await Promise.all(Array.from({ length: PLACES + 2 }, () => take(one)));
    const places = taken.filter((place) => place !== undefined);
    expect(new Set(places).size).toBe(PLACES);
    expect(places).toHaveLength(PLACES);
    expect(await take(two)).toBeDefined();
    expect(await store.takePlace(OTHER, { holder: one, most: PLACES }, now, 60)).toBeDefined();
    await store.leavePlace(ACME, { holder: one }, 2);
    expect(await take(one)).toBe(2);
    expect(await take(one)).toBeUndefined();
    expect(await take(one, new Date(now.getTime() + 62_000))).toBeDefined();
  });
});
