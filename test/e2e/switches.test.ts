import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listAudit } from '#shared/contracts/http/audit.ts';
import { replayEvents } from '#shared/contracts/http/events.ts';
import { requestUploads } from '#shared/contracts/http/images.ts';
import { getJob } from '#shared/contracts/http/jobs.ts';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { getSwitches, putSwitches } from '#shared/contracts/http/switches.ts';
import * as webhooks from '#shared/contracts/http/webhooks.ts';
import { photograph } from '../fixtures/photographs.ts';
import { startReceiver } from '../fixtures/receiver.ts';
import { type Client, call, eventually, newTenant, settled, upload } from './client.ts';
import { readStack } from './stack.ts';

/** A switch holds everywhere within a minute; the sweep of due deliveries runs once a minute. */
const MINUTE = 75_000;
const operator = () => ({ authorization: `Bearer ${readStack().admin_token}` });
const put = (body: { pause?: ('ingest' | 'webhooks')[]; degrade?: 'verification'[] }) =>
  call(putSwitches, { body, headers: operator() });

let client: Client;
let image: Buffer;
const announce = () =>
  client.call(requestUploads, {
    body: { files: [{ filename: 'a.jpg', content_type: 'image/jpeg', size: image.length }] },
  });
const search = () => client.call(searchSimilarity, { body: { image: image.toString('base64') } });

beforeAll(async () => {
  client = await newTenant('switches');
  image = Buffer.from(await photograph('dust-bowl-home'));
});
afterAll(async () => {
  await put({});
  await eventually(announce, ({ status }) => status === 201, MINUTE);
});

describe('the operator’s switches', () => {
  it('are all on, and each change is audited', async () => {
    const { body } = await call(getSwitches, { headers: operator() });
    expect(body).toMatchObject({ degrade: [], pause: [] });
    expect((await put({ pause: ['ingest'], degrade: ['verification'] })).body).toMatchObject({
      degrade: ['verification'],
      pause: ['ingest'],
    });
    const { body: log } = await eventually(
      () => call(listAudit, { query: { action: 'putSwitches' }, headers: operator() }),
      (reply) => reply.body.entries.length > 0,
    );
    expect(log.entries[0]).toMatchObject({ action: 'putSwitches', target: 'switches' });
  });

  it('refuse new images and say when to try again, while searches say what they did without', async () => {
    const refused = await eventually(announce, ({ status }) => status === 503, MINUTE);
    expect(refused.body.code).toBe('paused');
    expect(refused.headers.get('retry-after')).toBe('60');
    const { body } = await eventually(search, (reply) => reply.body.degraded !== undefined, MINUTE);
    expect(body.degraded).toEqual(['verification']);
  });

  it('hold deliveries of webhooks, and lose none', async () => {
    let received = 0;
    const { origin, stop } = await startReceiver('webhooks', (request, response) => {
      request.resume();
      if (request.url === '/held') received += 1; // others send what failed earlier to the same port
      response.writeHead(204).end();
    });
    try {
      const { body: webhook } = await client.call(webhooks.createWebhook, {
        body: { url: `${origin}/held`, event_types: ['images.indexed'] },
      });
      await put({ pause: ['webhooks'] });
      await eventually(announce, ({ status }) => status === 201, MINUTE); // so the switches have changed
      await new Promise((resolve) => setTimeout(resolve, 21_000)); // in every process: its cache is older
      const id = await upload(client, image, { filename: 'b.jpg' });
      expect((await settled(client, id)).status).toBe('indexed');
      const params = { webhook_id: webhook.webhook_id };
      const { body } = await eventually(
        () => client.call(webhooks.listDeliveries, { params }),
        (reply) => reply.body.deliveries.length > 0,
      );
      expect(body.deliveries).toMatchObject([{ state: 'pending', attempts: 0 }]);
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      expect(received).toBe(0);
      await put({});
      await expect.poll(() => received, { timeout: 2 * MINUTE }).toBe(1);
    } finally {
      stop();
    }
  });
});

it('archived events are counted and published again, by their type and time', async () => {
  const from = new Date(Date.now() - 3_600_000).toISOString();
  const time = { type: 'images.indexed' as const, from, to: new Date().toISOString() };
  const run = async (dry_run: boolean) => {
    const { body } = await call(replayEvents, { body: { ...time, dry_run }, headers: operator() });
    return eventually(
      () => call(getJob, { params: { job_id: body.job_id }, headers: operator() }),
      (reply) => reply.body.status === 'completed',
      MINUTE,
    );
  };
  const { body: counted } = await eventually(
    () => run(true),
    (job) => (job.body.progress.found ?? 0) > 0,
  );
  expect(counted.progress).not.toHaveProperty('published');
  const { body: done } = await run(false);
  expect(done).toMatchObject({ kind: 'event_replay', event_type: 'images.indexed' });
  expect(done.progress.published).toBe(done.progress.found);
});
