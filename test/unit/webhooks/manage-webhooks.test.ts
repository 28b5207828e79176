import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { Problem } from '#shared/kernel/problems.ts';
import { sendTest } from '#shared/webhooks/send-test.ts';
import { webhookReply } from '#shared/webhooks/webhook-replies.ts';
import { ACME, webhooksWorld } from './world.ts';

const HOUR = 3_600;
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: unknown) => (error instanceof Problem ? error.code : String(error)),
  );
const signatureOf = (secret: string, { headers, body }: { headers: Record<string, string>; body: string }) =>
  new Webhook(secret).sign(
    headers['webhook-id'] ?? '',
    new Date(Number(headers['webhook-timestamp']) * 1000),
    body,
  );

it('shows a secret once, and keeps it in the secret store alone', async () => {
  const world = webhooksWorld();
  const { endpoint, secret } = await world.subscribe();
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(JSON.stringify(endpoint)).not.toContain(secret.slice(6));
  expect(webhookReply(endpoint).secrets).toEqual([{ hint: secret.slice(-4) }]);
});

it('makes one webhook for an idempotency key, and as many as the plan has', async () => {
  const world = webhooksWorld();
  const body = { url: 'https://one.example/', event_types: ['*' as const], repeatKey: 'k' };
  const first = await world.manage.create(ACME, 'free', body);
  const second = await world.manage.create(ACME, 'free', body);
  expect(second).toEqual({ endpoint: first.endpoint });
  expect(await code(world.manage.create(ACME, 'free', { ...body, repeatKey: 'other' }))).toBe('conflict');
  expect(await world.secrets.count(ACME)).toBe(1);
});

it('signs with both secrets while they overlap, then with the new one', async () => {
  const world = webhooksWorld();
  const { endpoint, secret: old } = await world.subscribe();
  const { secret = '' } = await world.manage.rotate(ACME, endpoint.webhook_id, 2);
  await world.fanOut(world.event('img_1'));
  await world.work();
  const [during] = world.received;
  if (!during) throw new Error('nothing was received');
  expect(during.headers['webhook-signature']?.split(' ')).toEqual([
    signatureOf(old, during),
    signatureOf(secret, during),
  ]);
  world.turn(2 * HOUR + 1);
  await world.fanOut(world.event('img_2'));
  await world.work();
  const [, after] = world.received;
  if (!after) throw new Error('nothing was received');
  expect(after.headers['webhook-signature']).toBe(signatureOf(secret, after));
  await world.manage.rotate(ACME, endpoint.webhook_id, 0);
  expect(await world.secrets.count(ACME)).toBe(1);
});

it('lets three secrets sign at most', async () => {
  const world = webhooksWorld();
  const { endpoint } = await world.subscribe();
  await world.manage.rotate(ACME, endpoint.webhook_id, 24);
  await world.manage.rotate(ACME, endpoint.webhook_id, 24);
  expect(await code(world.manage.rotate(ACME, endpoint.webhook_id, 24))).toBe('conflict');
  expect(await code(world.manage.rotate(ACME, endpoint.webhook_id, 0))).toBe('done');
});

it('forgets the secrets of a removed webhook, and skips what waits for it', async () => {
  const world = webhooksWorld();
  const { endpoint } = await world.subscribe();
  await world.fanOut(world.event('img_1'));
  await world.manage.remove(ACME, endpoint.webhook_id);
  expect(await world.secrets.count(ACME)).toBe(0);
  await world.work();
  expect(world.received).toEqual([]);
  expect(await world.all(endpoint)).toMatchObject([{ state: 'skipped' }]);
});

it('keeps the reason of a webhook’s being disabled, until it is enabled again', async () => {
  const world = webhooksWorld(() => ({ status: 410 }));
  const { endpoint } = await world.subscribe();
  await world.fanOut(world.event('img_1'));
  await world.work();
  const change = (body: object) => world.manage.change(ACME, endpoint.webhook_id, body);
  expect((await change({ description: 'mine' })).after).toMatchObject({ disabled_reason: 'gone' });
  const { after } = await change({ state: 'enabled' });
  expect(after).not.toHaveProperty('disabled_reason');
  expect(after.health).toEqual({ failures: 0 });
});

it('delivers once more by request: the same message, with attempts anew, and a mark', async () => {
  let status = 500;
  const world = webhooksWorld(() => ({ status }));
  const { endpoint } = await world.subscribe();
  await world.fanOut(world.event('img_1'));
  await world.fanOut(world.event('img_2'));
  await world.work();
  await world.pass(90 * HOUR);
  status = 200;
  await world.manage.change(ACME, endpoint.webhook_id, { url: 'https://mended.example/' });
  const time = { from: '2026-10-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z', state: 'failed' as const };
  expect(await world.replay(ACME, endpoint.webhook_id, { ...time, dry_run: true })).toMatchObject({
    count: 2,
  });
  const sent = world.received.length;
  expect(await world.replay(ACME, endpoint.webhook_id, { ...time, dry_run: false })).toMatchObject({
    count: 2,
  });
  await world.work();
  const repeated = world.received.slice(sent);
  expect(repeated.map(({ headers }) => headers['webhook-replayed'])).toEqual(['true', 'true']);
  const idsOf = (some: typeof repeated) =>
    [...new Set(some.map(({ headers }) => headers['webhook-id']))].sort();
  expect(idsOf(repeated)).toEqual(idsOf(world.received.slice(0, sent)));
  const [delivery] = await world.all(endpoint);
  expect(delivery).toMatchObject({ state: 'delivered', made: 1 });
  expect(delivery?.attempts).toHaveLength(11);
  const again = await world.redeliver(ACME, endpoint.webhook_id, delivery?.delivery_id as never);
  expect(again).toMatchObject({ state: 'pending' });
});

describe('a replay of more than 500 deliveries', () => {
  const time = { from: '2026-10-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z' };
  async function deliveredWorld() {
    const world = webhooksWorld();
    const { endpoint } = await world.subscribe();
    for (let i = 0; i < 620; i++) await world.fanOut(world.event(`img_${i}`));
    await world.work();
    world.turn(60);
    const ask = (dry_run: boolean) =>
      world.replay(ACME, endpoint.webhook_id, { ...time, state: 'delivered', dry_run });
    return { world, endpoint, ask };
  }

  it('is a job, which repeats each once', async () => {
    const { world, ask } = await deliveredWorld();
    expect(await ask(true)).toEqual({ count: 620, dry_run: true });
    const { job_id, status } = await ask(false);
    expect(status).toBe('queued');
    if (!job_id) throw new Error('there is no job');
    expect(world.received).toHaveLength(620);
    while (world.replays.sent.length > 0) {
      await world.workReplays();
      world.turn(10);
      await world.work(); // what is delivered meanwhile is not repeated again
    }
    expect(world.received).toHaveLength(1_240);
    expect(await world.jobs.getOwned(ACME, job_id)).toMatchObject({
      kind: 'webhook_replay',
      status: 'completed',
      progress: { repeated: 620, left_alone: 0 },
    });
  });

  it('whose page is read twice repeats it once', async () => {
    const { world, endpoint, ask } = await deliveredWorld();
    await ask(false);
    world.turn(1);
    const save = world.jobs.save;
    world.jobs.save = async () => {
      throw new Problem('dependency_unavailable', 'away');
    };
    await expect(world.workReplays()).rejects.toThrow('away');
    world.jobs.save = save;
    await world.work();
    expect(world.received).toHaveLength(720);
    const [first] = (await world.jobs.list({ owner: ACME }, { limit: 1 })).items;
    if (first) await world.replays.send(first.job_id);
    while (world.replays.sent.length > 0) {
      await world.workReplays();
      world.turn(10);
      await world.work();
    }
    expect(world.received).toHaveLength(1_240);
    const ids = new Set((await world.all(endpoint)).map(({ message }) => message.id));
    expect(ids.size).toBe(620);
  });

  it('ends if the webhook is disabled meanwhile', async () => {
    const { world, endpoint, ask } = await deliveredWorld();
    const { job_id } = await ask(false);
    await world.manage.change(ACME, endpoint.webhook_id, { state: 'disabled' });
    await expect(world.workReplays()).rejects.toMatchObject({ code: 'conflict' });
    expect(job_id && (await world.jobs.get(job_id))).toMatchObject({
      status: 'failed',
      errors: [{ code: 'conflict' }],
    });
  });
});

it('sends a test now, signed, and returns the answer', async () => {
  const world = webhooksWorld(() => ({ status: 418, body: 'short and stout' }));
  const { endpoint, secret } = await world.subscribe();
  const answer = await sendTest(world)(ACME, endpoint, 'images.failed');
  expect(answer).toMatchObject({ outcome: 'failed', status: 418, response: 'short and stout' });
  const [sent] = world.received;
  if (!sent) throw new Error('nothing was received');
  expect(sent.headers['webhook-signature']).toBe(signatureOf(secret, sent));
  expect(await world.all(endpoint)).toEqual([]);
});
