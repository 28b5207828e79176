import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { Problem } from '#shared/kernel/problems.ts';
import { UnreachableUrl } from '#shared/web/web-client.ts';
import { ACME, type Answer, webhooksWorld } from './world.ts';

const HOUR = 3_600;

describe('a delivery', () => {
  it('is signed, thin, and made once however often the event comes', async () => {
    const world = webhooksWorld();
    const { endpoint, secret } = await world.subscribe();
    for (let i = 0; i < 3; i++) await world.fanOut(world.event('img_1'));
    await world.work();
    expect(world.received).toHaveLength(1);
    const [got] = world.received;
    if (!got) throw new Error('nothing was received');
    const { headers, body } = got;
    // The oracle compares the time of the attempt with now.
    expect(() => new Webhook(secret).verify(body, headers)).toThrow('too old');
    expect(headers['webhook-signature']).toBe(
      new Webhook(secret).sign(
        headers['webhook-id'] ?? '',
        new Date(Number(headers['webhook-timestamp']) * 1000),
        body,
      ),
    );
    expect(JSON.parse(body)).toEqual({
      type: 'images.indexed',
      timestamp: '2026-11-01T00:00:00.000Z',
      data: {
        image_id: 'img_1',
        models: ['m'],
        indexed_at: '2026-11-01T00:00:00Z',
        links: { self: '/v1/images/img_1' },
      },
    });
    expect(headers['webhook-id']).toMatch(/^evt_[0-9a-f]{32}$/);
    expect(await world.all(endpoint)).toMatchObject([{ state: 'delivered', attempts: [{ status: 200 }] }]);
  });

  it('is for endpoints that want its type, and are enabled', async () => {
    const world = webhooksWorld();
    await world.subscribe('https://one.example/', ['images.indexed']);
    await world.subscribe('https://two.example/', ['images.failed']);
    const { endpoint } = await world.subscribe('https://three.example/');
    await world.manage.change(ACME, endpoint.webhook_id, { state: 'disabled' });
    await world.fanOut(world.event('img_1'));
    await world.fanOut(world.event('img_1', 'images.validated'));
    await world.work();
    expect(world.received.map(({ url }) => url)).toEqual(['https://one.example/']);
  });

  it('is attempted ten times over 75 hours, then has failed', async () => {
    const world = webhooksWorld(() => ({ status: 500, body: 'x'.repeat(2_000) }));
    const { endpoint } = await world.subscribe();
    await world.fanOut(world.event('img_1'));
    await world.work();
    await world.pass(90 * HOUR);
    expect(world.received).toHaveLength(10);
    const gaps = world.received.map(({ at }, i, all) => (at - (all[i - 1]?.at ?? at)) / 1000);
    const steps = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
    for (const [i, step] of steps.entries()) {
      expect(gaps[i]).toBeGreaterThanOrEqual(step * 0.9);
      expect(gaps[i]).toBeLessThanOrEqual(step * 1.1 + 400); // the sweep’s minute, and a pause
    }
    const [delivery] = await world.all(endpoint);
    expect(delivery).toMatchObject({ state: 'failed' });
    expect(delivery).not.toHaveProperty('next_attempt_at');
    expect(delivery?.attempts).toHaveLength(10);
    expect(delivery?.attempts[0]?.response).toHaveLength(1_024);
    expect(new Set(world.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(world.received.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(10);
  });

  it('is not attempted before its time, however often the queue says so', async () => {
    const world = webhooksWorld(() => ({ status: 500 }));
    const { endpoint } = await world.subscribe();
    await world.fanOut(world.event('img_1'));
    await world.work();
    const [delivery] = await world.all(endpoint);
    if (!delivery) throw new Error('there is no delivery');
    expect(await world.attempt(delivery)).toBe('ignored');
    world.turn(3);
    expect(await world.attempt(delivery)).toBe('ignored');
    expect(world.received).toHaveLength(1);
    world.turn(3);
    expect(await world.attempt(delivery)).toBe('pending');
    expect(world.received).toHaveLength(2);
  });

  const ANSWERS: [string, Answer, attempts: number][] = [
    ['a redirect', { status: 302, headers: { location: 'http://10.0.0.1/' } }, 10],
    ['an unsafe URL', { error: new Problem('unsafe_url', 'x') }, 3],
    ['a name without an address', { error: new UnreachableUrl('dns') }, 3],
    ['a time-out', { error: new UnreachableUrl('timeout') }, 10],
  ];
  it.each(ANSWERS)('that meets %s is not delivered', async (_, answer, attempts) => {
    const world = webhooksWorld(() => answer);
    const { endpoint } = await world.subscribe();
    await world.fanOut(world.event('img_1'));
    await world.work();
    await world.pass(90 * HOUR);
    expect(world.received).toHaveLength(attempts);
    expect(await world.all(endpoint)).toMatchObject([{ state: 'failed' }]);
  });

  it('waits as long as a receiver asks, with all others', async () => {
    let status = 429;
    const world = webhooksWorld(() => ({ status, headers: { 'retry-after': '3600' } }));
    await world.subscribe();
    await world.fanOut(world.event('img_1'));
    await world.work();
    status = 200;
    await world.fanOut(world.event('img_2'));
    await world.pass(HOUR - 60);
    expect(world.received).toHaveLength(1);
    await world.pass(300);
    expect(world.received).toHaveLength(3);
  });

  it('that was interrupted while it was sent is attempted again at its time, and no attempt is added', async () => {
    let crash = true;
    const world = webhooksWorld(() => {
      if (crash) throw new TypeError('the process ended');
      return { status: 500 };
    });
    const { endpoint } = await world.subscribe();
    await world.fanOut(world.event('img_1'));
    await expect(world.work()).rejects.toThrow(TypeError);
    crash = false;
    await world.pass(90 * HOUR);
    expect(world.received).toHaveLength(10);
    const [delivery] = await world.all(endpoint);
    expect(delivery?.attempts.map(({ outcome }) => outcome)).toEqual(['unknown', ...Array(9).fill('failed')]);
  });
});

describe('an endpoint', () => {
  it('that is gone is disabled at once, and what waits for it is skipped', async () => {
    const world = webhooksWorld(() => ({ status: 410 }));
    const { endpoint } = await world.subscribe();
    await world.fanOut(world.event('img_1'));
    await world.work();
    await world.fanOut(world.event('img_2'));
    await world.pass(HOUR);
    expect(await world.endpoints.get(ACME, endpoint.webhook_id)).toMatchObject({
      state: 'disabled',
      disabled_reason: 'gone',
    });
    expect(world.received).toHaveLength(1);
    expect((await world.all(endpoint)).map(({ state }) => state)).toEqual(['skipped']);
    expect(world.news.map(([, what]) => what)).toEqual([{ disabled: 'gone' }]);
  });

  it('that fails is told of after 24 and 72 hours, and disabled after five days', async () => {
    const world = webhooksWorld(() => ({ status: 500 }));
    const { endpoint } = await world.subscribe();
    for (let day = 0; day < 8; day++) {
      await world.fanOut(world.event(`img_${day}`));
      await world.pass(24 * HOUR);
    }
    expect(world.news.map(([, what]) => what)).toEqual([
      { failing: 24 },
      { failing: 72 },
      { disabled: 'failing' },
    ]);
    expect(await world.endpoints.get(ACME, endpoint.webhook_id)).toMatchObject({ state: 'disabled' });
  });

  it('that is back is healthy again', async () => {
    let status = 500;
    const world = webhooksWorld(() => ({ status }));
    const { endpoint } = await world.subscribe();
    await world.fanOut(world.event('img_1'));
    await world.pass(60);
    status = 204;
    await world.pass(HOUR);
    const stored = await world.endpoints.get(ACME, endpoint.webhook_id);
    expect(stored?.health).toEqual({ failures: 0 });
    expect((await world.all(endpoint)).map(({ state }) => state)).toEqual(['delivered']);
  });

  it('that fails ten times in a row is tried by one attempt at a time, and the others spend none', async () => {
    const world = webhooksWorld(() => ({ status: 500 }));
    const { endpoint } = await world.subscribe();
    for (let i = 0; i < 50; i++) await world.fanOut(world.event(`img_${i}`));
    await world.work();
    expect(world.received).toHaveLength(10);
    const before = world.received.length;
    await world.pass(HOUR);
    expect(world.received.length - before).toBeLessThanOrEqual(13);
    expect(Math.max(...(await world.all(endpoint)).map(({ made }) => made))).toBeLessThanOrEqual(10);
  });

  it('holds its tenant’s share of the workers at most, together with the tenant’s others', async () => {
    let open = 0;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const world = webhooksWorld(async () => {
      open += 1;
      await held;
      return {};
    });
    for (let i = 0; i < 8; i++) await world.subscribe(`https://slow${i}.example/`);
    for (let i = 0; i < 4; i++) await world.fanOut(world.event(`img_${i}`));
    const running = world.queued.splice(0).map(({ delivery }) => world.attempt(delivery));
    expect(running).toHaveLength(32);
    await expect.poll(() => open).toBe(20);
    release();
    const outcomes = await Promise.all(running);
    expect(outcomes.filter((each) => each === 'delivered')).toHaveLength(20);
    expect(outcomes.filter((each) => each === 'postponed')).toHaveLength(12);
    await world.pass(120);
    expect(world.received).toHaveLength(32);
  });

  it('gets at most four attempts at a time, and no other endpoint waits for it', async () => {
    let open = 0;
    let most = 0;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const world = webhooksWorld(async ({ url }) => {
      if (url.includes('quick')) return {};
      open += 1;
      most = Math.max(most, open);
      await held;
      open -= 1;
      return {};
    });
    await world.subscribe('https://slow.example/', ['images.indexed']);
    const { endpoint: quick } = await world.subscribe('https://quick.example/', ['images.failed']);
    for (let i = 0; i < 8; i++) await world.fanOut(world.event(`img_${i}`));
    await world.fanOut({
      ...world.event('img_9', 'images.failed'),
      data: {
        image_id: 'img_9',
        failure: { stage: 'validation', code: 'truncated', detail: 'd', retryable: false, attempts: 1 },
        failed_at: '2026-11-01T00:00:00Z',
      },
    } as never);
    const running = world.queued.splice(0).map(({ delivery }) => world.attempt(delivery));
    await expect.poll(async () => (await world.all(quick))[0]?.state).toBe('delivered');
    expect(most).toBe(4);
    release();
    await Promise.all(running);
    await world.pass(120);
    expect(world.received).toHaveLength(9);
    expect(most).toBe(4);
  });
});
