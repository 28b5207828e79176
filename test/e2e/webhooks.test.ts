import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addStorage, removeStorage } from '#shared/contracts/http/storages.ts';
import { putLimits } from '#shared/contracts/http/tenants.ts';
import * as api from '#shared/contracts/http/webhooks.ts';
import { photograph } from '../fixtures/photographs.ts';
import { startReceiver } from '../fixtures/receiver.ts';
import { type Client, call, eventually, newTenant, settled, upload } from './client.ts';
import { bucketLocation } from './own-bucket.ts';
import { readStack } from './stack.ts';

interface Received {
  headers: Record<string, string>;
  body: string;
}

let client: Client;
let origin: string;
let stop: () => void;
const received: Received[] = [];
/** The statuses to answer with, one after another; then 200. */
let answers: number[] = [];

beforeAll(async () => {
  client = await newTenant('webhooks');
  ({ origin, stop } = await startReceiver('webhooks', (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url === '/hook')
        received.push({
          headers: request.headers as Record<string, string>,
          body: Buffer.concat(chunks).toString(),
        });
      response.writeHead(answers.shift() ?? 200).end('thank you');
    });
  }));
});
afterAll(() => stop());

it('a webhook is told of an image, again after a failure, and once more by request', async () => {
  const created = await client.call(api.createWebhook, {
    body: { url: `${origin}/hook`, event_types: ['images.indexed'], description: 'mine' },
    headers: { 'idempotency-key': 'hook' },
  });
  expect(created.status).toBe(201);
  const { webhook_id, secret = '' } = created.body;
  const repeated = await client.call(api.createWebhook, {
    body: { url: `${origin}/hook`, event_types: ['images.indexed'], description: 'mine' },
    headers: { 'idempotency-key': 'hook' },
  });
  expect(repeated.body).toMatchObject({ webhook_id, secret_shown: false });
  expect(repeated.body).not.toHaveProperty('secret');

  const test = await client.call(api.testWebhook, {
    params: { webhook_id },
    body: { type: 'images.failed' },
  });
  expect(test.body).toMatchObject({ outcome: 'delivered', status: 200, response: 'thank you' });
  received.length = 0;

  answers = [500];
  const image = await upload(client, await photograph('allium-oreophilum'), { filename: 'a.jpg' });
  await settled(client, image);
  await expect.poll(() => received.length, { timeout: 60_000 }).toBe(2);
  const [first, second] = received;
  if (!first || !second) throw new Error('nothing was received');
  const oracle = new Webhook(secret);
  for (const { headers, body } of received)
    expect(oracle.verify(body, headers)).toMatchObject({ type: 'images.indexed', data: { image_id: image } });
  expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);

  const { body: list } = await eventually(
    () => client.call(api.listDeliveries, { params: { webhook_id } }),
    ({ body }) => body.deliveries[0]?.state === 'delivered',
  );
  expect(list.deliveries).toMatchObject([{ type: 'images.indexed', attempts: 2 }]);
  const delivery_id = list.deliveries[0]?.delivery_id ?? '';
  const { body: details } = await client.call(api.getDelivery, { params: { webhook_id, delivery_id } });
  expect(details.attempts.map(({ outcome, status }) => [outcome, status])).toEqual([
    ['failed', 500],
    ['delivered', 200],
  ]);
  expect(details.body).toBe(first.body);

  const rotated = await client.call(api.rotateWebhookSecret, { params: { webhook_id }, body: {} });
  const again = await client.call(api.redeliver, { params: { webhook_id, delivery_id } });
  expect(again.status).toBe(202);
  await expect.poll(() => received.length, { timeout: 30_000 }).toBe(3);
  const [, , third] = received;
  if (!third) throw new Error('nothing was received');
  expect(third.headers['webhook-replayed']).toBe('true');
  for (const each of [secret, rotated.body.secret ?? ''])
    expect(() => new Webhook(each).verify(third.body, third.headers)).not.toThrow();

  const body = { from: '2026-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z', dry_run: true };
  const counted = await eventually(
    () =>
      client.call(api.replayDeliveries, {
        params: { webhook_id },
        body: { ...body, state: 'delivered' as const },
      }),
    ({ body }) => body.count === 1,
  );
  expect(counted.body).toEqual({ count: 1, dry_run: true });
});

it('a webhook whose receiver is gone is disabled, another one is told of it', async () => {
  const other = await client.call(api.createWebhook, {
    body: { url: `${origin}/hook`, event_types: ['webhook.disabled'] },
  });
  const gone = await client.call(api.createWebhook, {
    body: { url: `${origin}/gone`, event_types: ['images.indexed'] },
  });
  const { webhook_id } = gone.body;
  for (const { webhook_id: earlier } of (await client.call(api.listWebhooks)).body.webhooks)
    if (![webhook_id, other.body.webhook_id].includes(earlier))
      await client.call(api.removeWebhook, { params: { webhook_id: earlier } });
  received.length = 0;
  answers = [410];
  await settled(client, await upload(client, await photograph('nagasaki-boats'), { filename: 'b.jpg' }));
  await expect.poll(() => received.length, { timeout: 60_000 }).toBe(1);
  const [told] = received;
  if (!told) throw new Error('nothing was received');
  expect(new Webhook(other.body.secret ?? '').verify(told.body, told.headers)).toMatchObject({
    type: 'webhook.disabled',
    data: { webhook_id, reason: 'gone' },
  });
  const { body } = await client.call(api.listWebhooks);
  expect(body.webhooks.find((each) => each.webhook_id === webhook_id)).toMatchObject({
    state: 'disabled',
    disabled_reason: 'gone',
  });
});

it('a tenant is told that a quota is used up, and that its job has ended', async () => {
  const other = await newTenant('webhooks-told');
  await call(putLimits, {
    params: { tenant_id: other.tenant },
    body: { stored_images: 1 },
    headers: { authorization: `Bearer ${readStack().admin_token}` },
  });
  const created = await other.call(api.createWebhook, {
    body: { url: `${origin}/hook`, event_types: ['usage.threshold', 'job.completed'] },
  });
  received.length = 0;
  const verified = () =>
    received.map(({ headers, body }) => new Webhook(created.body.secret ?? '').verify(body, headers));

  await settled(other, await upload(other, await photograph('dust-bowl-home'), { filename: 'c.jpg' }));
  const quota = { quota: 'stored_images', used: 1, limit: 1 };
  await expect.poll(verified, { timeout: 90_000 }).toEqual(
    expect.arrayContaining(
      [80, 100].map((percent) =>
        expect.objectContaining({
          type: 'usage.threshold',
          data: expect.objectContaining({ ...quota, percent }),
        }),
      ),
    ),
  );

  const location = await bucketLocation(`${other.tenant}-pictures`);
  const { storage_id } = (await other.call(addStorage, { body: location })).body;
  const { job_id } = (await other.call(removeStorage, { params: { storage_id } })).body;
  await expect.poll(verified, { timeout: 90_000 }).toContainEqual(
    expect.objectContaining({
      type: 'job.completed',
      data: expect.objectContaining({
        job_id,
        kind: 'storage_removal',
        status: 'completed',
        links: { self: `/v1/jobs/${job_id}` },
      }),
    }),
  );
  const told = received.map(({ headers }) => headers['webhook-id']);
  expect(new Set(told).size).toBe(told.length); // each once
});

it.each([
  'http://169.254.169.254/',
  'https://user:secret@example.com/',
  'https://127.0.0.1/',
  'http://example.com/',
])('a webhook cannot lead to %s', async (url) => {
  const { status, body } = await client.call(api.createWebhook, { body: { url, event_types: ['*'] } });
  expect({ status, code: body.code }).toEqual({ status: 422, code: 'unsafe_url' });
});
