import { setTimeout as sleep } from 'node:timers/promises';
import type { DeepLens, WebhookDelivery } from '@deeplens/sdk';

/** Milliseconds between two polls: 20 calls a minute. */
const EVERY_MS = 3_000;
/** Deliveries are written by many at once: one may appear behind a newer one, by as much as this. */
const OVERLAP_MS = 60_000;

/**
 * Yields the deliveries of a webhook that are made from now on, each once, oldest first, until `signal` is aborted.
 * @param since when it began
 */
export async function* newDeliveries(
  { webhooks }: Pick<DeepLens, 'webhooks'>,
  webhook_id: string,
  { signal, since = new Date(), everyMs = EVERY_MS }: { signal: AbortSignal; since?: Date; everyMs?: number },
): AsyncGenerator<WebhookDelivery> {
  let seen = new Map<string, number>();
  let from = since.getTime();
  while (!signal.aborted) {
    const found: WebhookDelivery[] = [];
    for await (const each of webhooks.listDeliveries(
      webhook_id,
      { from: new Date(from).toISOString(), limit: 100 },
      { signal },
    ))
      if (!seen.has(each.delivery_id)) found.push(each);
    for (const each of found.reverse()) {
      seen.set(each.delivery_id, Date.parse(each.created_at));
      yield each;
    }
    const newest = Math.max(from, ...seen.values());
    from = Math.max(since.getTime(), newest - OVERLAP_MS);
    seen = new Map([...seen].filter(([, at]) => at >= from));
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
