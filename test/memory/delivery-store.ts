import { DELIVERY_ID_PATTERN } from '#shared/kernel/ids.ts';
import type { Delivery } from '#shared/webhooks/delivery.ts';
import type { DeliveryStore } from '#shared/webhooks/delivery-store.ts';
import { pageOf } from './page.ts';

/** Deliveries in memory, for tests. */
export function memoryDeliveryStore(): DeliveryStore {
  const deliveries = new Map<string, Delivery>();
  const told = new Map<string, string>();
  const places = new Map<string, number>();
  return {
    async create(delivery) {
      const key = JSON.stringify([delivery.tenant_id, delivery.webhook_id, delivery.message.id]);
      const existing = deliveries.get(told.get(key) ?? '');
      if (!existing) {
        told.set(key, delivery.delivery_id);
        deliveries.set(delivery.delivery_id, structuredClone(delivery));
      }
      return { created: !existing, delivery: structuredClone(existing ?? delivery) };
    },
    async get(tenant, webhook, delivery) {
      const found = deliveries.get(delivery);
      return found?.tenant_id === tenant && found.webhook_id === webhook ? structuredClone(found) : undefined;
    },
    async save(delivery) {
      if (deliveries.get(delivery.delivery_id)?.version !== delivery.version) return undefined;
      const saved = structuredClone({ ...delivery, version: delivery.version + 1 });
      deliveries.set(delivery.delivery_id, saved);
      return structuredClone(saved);
    },
    async list(tenant, webhook, { state, types, from, to }, { cursor, limit }) {
      const wanted = [...deliveries.values()].filter(
        (each) =>
          each.tenant_id === tenant &&
          each.webhook_id === webhook &&
          (state === undefined || each.state === state) &&
          (types === undefined || types.includes(each.message.type)) &&
          (from === undefined || each.created_at >= from) &&
          (to === undefined || each.created_at < to),
      );
      const name = ['deliveries', tenant, webhook, state, types?.join(), from, to];
      return pageOf(wanted, ({ delivery_id }) => delivery_id, name, DELIVERY_ID_PATTERN, cursor, limit);
    },
    async *due(at) {
      for (const { tenant_id, webhook_id, delivery_id, state, next_attempt_at } of [...deliveries.values()])
        if (state === 'pending' && next_attempt_at !== undefined && next_attempt_at <= at)
          yield { tenant_id, webhook_id, delivery_id, due_at: next_attempt_at };
    },
    async takePlace(tenant, { holder, most }, now, seconds) {
      for (let place = 0; place < most; place++) {
        const key = JSON.stringify([tenant, holder, place]);
        if ((places.get(key) ?? 0) > now.getTime()) continue;
        places.set(key, now.getTime() + seconds * 1000);
        return place;
      }
      return undefined;
    },
    async leavePlace(tenant, { holder }, place) {
      places.delete(JSON.stringify([tenant, holder, place]));
    },
  };
}
