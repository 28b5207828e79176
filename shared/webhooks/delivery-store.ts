import type { DeliveryId, TenantId, WebhookId } from '#shared/kernel/ids.ts';
import type { Page } from '#shared/kernel/page.ts';
import type { DeliveryState, WebhookEventType } from '#shared/kernel/vocabulary.ts';
import type { Delivery, DeliveryReference } from './delivery.ts';

/** Selects the deliveries of a list. */
export interface DeliveryFilter {
  state?: DeliveryState | undefined;
  types?: readonly WebhookEventType[] | undefined;
  /** RFC 3339, of the delivery's creation; `from` inclusive, `to` exclusive. */
  from?: string | undefined;
  to?: string | undefined;
}

/** A delivery whose attempt is due since `due_at`. */
export type DueDelivery = DeliveryReference & { due_at: string };

/** The deliveries of the last 30 days. */
export interface DeliveryStore {
  /**
   * Adds a delivery, unless the endpoint has one of the message.
   * @returns the endpoint's delivery of the message, and whether it is this one
   */
  create(delivery: Delivery): Promise<{ created: boolean; delivery: Delivery }>;
  get(tenant: TenantId, webhook: WebhookId, delivery: DeliveryId): Promise<Delivery | undefined>;
  /**
   * Writes the delivery under the next version, if its version is still the one that was read.
   * @returns the delivery as written; undefined if it was written meanwhile
   */
  save(delivery: Delivery): Promise<Delivery | undefined>;
  /** Lists an endpoint's deliveries, newest first. @throws Problem `invalid_cursor` */
  list(
    tenant: TenantId,
    webhook: WebhookId,
    filter: DeliveryFilter,
    page: { cursor?: string | undefined; limit: number },
  ): Promise<Page<Delivery>>;
  /** Yields pending deliveries of all tenants whose next attempt was due at a moment. Eventually consistent. */
  due(at: string): AsyncIterable<DueDelivery>;
  /**
   * Takes a place for an attempt; one that nobody gave back is free after `seconds`.
   * @returns the place; undefined if all are taken, or nearly all of many
   */
  takePlace(tenant: TenantId, places: Places, now: Date, seconds: number): Promise<number | undefined>;
  leavePlace(tenant: TenantId, places: Pick<Places, 'holder'>, place: number): Promise<void>;
}

/** The attempts that are made at the same time, to one endpoint or to all of a tenant's. */
export interface Places {
  holder: WebhookId | 'all';
  most: number;
}
/** Attempts at the same time to one endpoint. */
export const PLACES = 4;
