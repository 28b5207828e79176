import type { CallOptions } from '../options.ts';
import { type Body, type Query, Resource } from './resource.ts';

/** Webhooks and their deliveries. `@deeplens/sdk/webhooks` verifies what they receive. */
export class Webhooks extends Resource {
  /** Lists webhooks without their secrets. */
  list(options?: CallOptions) {
    return this.client.call('listWebhooks', {}, options);
  }

  /** Has events sent to a URL; the signing secret is in this reply alone. */
  create(body: Body<'createWebhook'>, options?: CallOptions) {
    return this.client.call('createWebhook', { body }, options);
  }

  /** Changes a webhook, disables it, or enables it again. */
  change(webhook_id: string, body: Body<'changeWebhook'>, options?: CallOptions) {
    return this.client.call('changeWebhook', { path: { webhook_id }, body }, options);
  }

  /** Deletes a webhook and its secrets. */
  remove(webhook_id: string, options?: CallOptions) {
    return this.client.call('removeWebhook', { path: { webhook_id } }, options);
  }

  /** Replaces the secret of a webhook, with an overlap. */
  rotateSecret(webhook_id: string, body: Body<'rotateWebhookSecret'> = {}, options?: CallOptions) {
    return this.client.call('rotateWebhookSecret', { path: { webhook_id }, body }, options);
  }

  /** Sends a sample event now. */
  test(webhook_id: string, body: Body<'testWebhook'>, options?: CallOptions) {
    return this.client.call('testWebhook', { path: { webhook_id }, body }, options);
  }

  /** Delivers the messages of a time once more. */
  replay(webhook_id: string, body: Body<'replayDeliveries'>, options?: CallOptions) {
    return this.client.call('replayDeliveries', { path: { webhook_id }, body }, options);
  }

  /** Lists the deliveries of the last 30 days, newest first. */
  listDeliveries(webhook_id: string, query: Query<'listDeliveries'> = {}, options?: CallOptions) {
    return this.client.pages(
      'listDeliveries',
      { path: { webhook_id }, query },
      ({ deliveries }) => deliveries,
      options,
    );
  }

  /** Gets a delivery with its attempts. */
  getDelivery(webhook_id: string, delivery_id: string, options?: CallOptions) {
    return this.client.call('getDelivery', { path: { webhook_id, delivery_id } }, options);
  }

  /** Delivers a message once more. */
  redeliver(webhook_id: string, delivery_id: string, options?: CallOptions) {
    return this.client.call('redeliver', { path: { webhook_id, delivery_id } }, options);
  }
}
