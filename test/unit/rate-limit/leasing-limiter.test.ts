import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { leasingLimiter } from '#shared/rate-limit/leasing-limiter.ts';
import type { Grant } from '#shared/rate-limit/limiter.ts';
import type { WindowStore } from '#shared/rate-limit/window-store.ts';
import { memoryWindows } from '../../memory/window-store.ts';

const acme = tenantId('acme');
const uploads = (amount: number, limit: number) => [{ counter: 'uploads', amount, limit }];
const whole = (grant: Grant) => ({ grant, amount: grant.granted });

/** Limiters of several processes with a common store and clock. */
function processes(count: number) {
  const clock = { now: 1_000_000 };
  const store = memoryWindows();
  return {
    clock,
    store,
    limiters: Array.from({ length: count }, () => leasingLimiter(store, () => clock.now)),
  };
}

describe('the limiter', () => {
  it('admits exactly the limit per window over several processes while no leases are taken', async () => {
    const call = fc.record({ process: fc.nat(3), amount: fc.integer({ min: 1, max: 7 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 40 }),
        fc.array(call, { maxLength: 60 }),
        async (limit, calls) => {
          const { limiters } = processes(4);
          let admitted = 0;
          let demanded = 0;
          await Promise.all(
            calls.map(async ({ process, amount }) => {
              const [grant] = (await limiters[process]?.take(acme, uploads(amount, limit))) ?? [];
              demanded += amount;
              admitted += grant?.granted ?? 0;
            }),
          );
          expect(admitted).toBe(Math.min(demanded, limit));
        },
      ),
    );
  });

  it('admits 50 000 a minute over eight processes within 2 per cent, with few writes', async () => {
    const { limiters, store } = processes(8);
    const limit = 50_000;
    let admitted = 0;
    let calls = 0;
    const share = [30, 20, 15, 12, 10, 7, 4, 2]; // per cent of the calls
    for (const [at, limiter] of limiters.entries()) {
      for (let each = 0; each < (60_000 * (share[at] ?? 0)) / 100; each++) {
        calls += 1;
        const [grant] = await limiter.take(acme, [{ counter: 'requests', amount: 1, limit }]);
        admitted += grant?.granted ?? 0;
      }
    }
    expect(calls).toBe(60_000);
    expect(admitted).toBeLessThanOrEqual(limit);
    expect(admitted).toBeGreaterThanOrEqual(limit * 0.98);
    expect(store.writes() / calls).toBeLessThan(0.1);
  });

  it('leases a process at most a fiftieth of what it has used', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(2), { minLength: 1, maxLength: 2_000 }), async (turns) => {
        const { limiters, store } = processes(3);
        for (const turn of turns) await limiters[turn]?.take(acme, uploads(1, 1_000_000));
        const taken = (await store.read(acme)).get('uploads')?.used ?? 0;
        expect(taken - turns.length).toBeLessThanOrEqual(turns.length / 50);
      }),
      { numRuns: 20 },
    );
  });

  it('admits what was given back, and no more', async () => {
    const step = fc.record({
      process: fc.nat(2),
      amount: fc.integer({ min: 1, max: 5 }),
      fails: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { limiters } = processes(3);
        let held = 0;
        for (const { process, amount, fails } of steps) {
          const grants = (await limiters[process]?.take(acme, uploads(amount, 20))) ?? [];
          if (fails) limiters[process]?.giveBack(grants.map(whole));
          else held += grants[0]?.granted ?? 0;
          expect(held).toBeLessThanOrEqual(20);
        }
      }),
    );
    const { clock, limiters } = processes(1);
    const late = (await limiters[0]?.take(acme, uploads(5, 5))) ?? [];
    clock.now += 60_000;
    await limiters[0]?.take(acme, uploads(5, 5));
    limiters[0]?.giveBack(late.map(whole)); // its window has ended
    expect(await limiters[0]?.take(acme, uploads(1, 5))).toMatchObject([{ granted: 0 }]);
  });

  it('gives a process what it gave back', async () => {
    const { limiters } = processes(1);
    limiters[0]?.giveBack(((await limiters[0].take(acme, uploads(5, 5))) ?? []).map(whole));
    const grants = (await limiters[0]?.take(acme, uploads(5, 5))) ?? [];
    expect(grants).toMatchObject([{ granted: 5, remaining: 0 }]);
    limiters[0]?.giveBack(grants.map((grant) => ({ grant, amount: 2 })));
    expect(await limiters[0]?.take(acme, uploads(5, 5))).toMatchObject([{ granted: 2, remaining: 0 }]);
  });

  it('tells what is left, of calls of other processes too, without taking', async () => {
    const { clock, limiters } = processes(2);
    const [one, other] = limiters;
    expect(await other?.left(acme, uploads(0, 5))).toMatchObject([
      { granted: 0, remaining: 5, resetsIn: 60 },
    ]);
    await one?.take(acme, uploads(3, 5));
    clock.now += 10_000;
    for (const limiter of [one, other, other])
      expect(await limiter?.left(acme, uploads(0, 5))).toMatchObject([{ remaining: 2, resetsIn: 50 }]);
    clock.now += 50_000;
    expect(await other?.left(acme, uploads(0, 5))).toMatchObject([{ remaining: 5, resetsIn: 60 }]);
  });

  it('starts a window with its first call, and resets it after sixty seconds', async () => {
    const { clock, limiters } = processes(2);
    const [one, other] = limiters;
    const take = async (limiter: typeof one, amount: number) =>
      (await limiter?.take(acme, uploads(amount, 5)))?.[0];
    expect(await take(one, 3)).toMatchObject({ granted: 3, remaining: 2, resetsIn: 60 });
    clock.now += 59_500;
    expect(await take(other, 3)).toMatchObject({ granted: 2, remaining: 0, resetsIn: 1 });
    expect(await take(one, 1)).toMatchObject({ granted: 0, remaining: 0, resetsIn: 1 });
    clock.now += 500;
    expect(await take(one, 1)).toMatchObject({ granted: 1, remaining: 4, resetsIn: 60 });
  });

  it('applies a raised or lowered limit at once', async () => {
    const [limiter] = processes(1).limiters;
    const take = async (limit: number) => (await limiter?.take(acme, uploads(1, limit)))?.[0]?.granted;
    expect([await take(2), await take(2), await take(2), await take(2)]).toEqual([1, 1, 0, 0]);
    expect([await take(4), await take(4), await take(4)]).toEqual([1, 1, 0]);
    expect(await take(0)).toBe(0);
  });

  it('writes all counters of a call at once, and nothing for a refused call', async () => {
    const { store, limiters } = processes(1);
    const demands = [
      { counter: 'requests', amount: 1, limit: 10 },
      { counter: 'POST /v1/search/similarity', amount: 1, limit: 2 },
    ];
    const granted: number[][] = [];
    for (let call = 0; call < 4; call++)
      granted.push(((await limiters[0]?.take(acme, demands)) ?? []).map((grant) => grant.granted));
    expect(granted).toEqual([
      [1, 1],
      [1, 1],
      [1, 0],
      [1, 0],
    ]);
    expect(store.writes()).toBe(2);
    expect((await store.read(acme)).get('requests')?.used).toBe(2);
  });

  it('counts concurrent calls of one process once each, despite its lease', async () => {
    const { store, limiters } = processes(1);
    const [limiter] = limiters;
    const requests = { counter: 'requests', amount: 1, limit: 1_000 };
    for (let call = 0; call < 150; call++) await limiter?.take(acme, [requests]);
    const searches = { counter: 'searches', amount: 1, limit: 500 };
    const grants = await Promise.all(
      Array.from({ length: 8 }, () => limiter?.take(acme, [requests, searches])),
    );
    expect(grants.flatMap((each) => each?.map(({ granted }) => granted))).toEqual(Array(16).fill(1));
    expect((await store.read(acme)).get('requests')?.used).toBeGreaterThanOrEqual(158);
  });

  it('carries no lease into the next window, even if the store’s reply is late', async () => {
    const { clock, store } = processes(0);
    let late: Promise<void> | undefined;
    const slow: WindowStore = {
      read: store.read,
      take: async (...args) => {
        const waits = late;
        const reply = await store.take(...args);
        await waits;
        return reply;
      },
    };
    const limiter = leasingLimiter(slow, () => clock.now);
    const take = async () =>
      (await limiter.take(acme, [{ counter: 'requests', amount: 1, limit: 1_000 }]))[0]?.granted ?? 0;
    for (let call = 0; call < 505; call++) await take();
    const gate = Promise.withResolvers<void>();
    const before = store.writes();
    late = gate.promise;
    const waiting: Promise<number>[] = [];
    while (store.writes() === before) {
      waiting.push(take()); // until one of them writes to the store and waits for its reply
      await Promise.resolve();
    }
    late = undefined;
    clock.now += 60_000;
    let admitted = await take();
    gate.resolve();
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => 1));
    for (let call = 0; call < 1_500; call++) admitted += await take();
    expect(admitted).toBe(1_000);
  });

  it('starts a new window if the store no longer has the tenant', async () => {
    let store = memoryWindows();
    const front: WindowStore = {
      read: (tenant) => store.read(tenant),
      take: (...args) => store.take(...args),
    };
    const limiter = leasingLimiter(front, () => 1_000_000);
    await limiter.take(acme, uploads(4, 5));
    store = memoryWindows();
    expect((await limiter.take(acme, uploads(1, 5)))[0]).toMatchObject({ granted: 1, remaining: 4 });
  });

  it('restores the lease of a call whose write fails', async () => {
    const { store } = processes(0);
    let isDown = false;
    const front: WindowStore = {
      read: store.read,
      take: async (...args) => {
        if (isDown) throw new Problem('dependency_unavailable', 'down');
        return store.take(...args);
      },
    };
    const limiter = leasingLimiter(front, () => 1_000_000);
    const limit = 300;
    const requests = { counter: 'requests', amount: 1, limit };
    let admitted = 0;
    for (let call = 0; call < 1_000; call++) {
      isDown = call % 3 === 0;
      const demands = isDown ? [requests, { counter: `endpoint ${call}`, amount: 1, limit }] : [requests];
      const grants = await limiter.take(acme, demands).catch(() => []);
      admitted += grants[0]?.granted ?? 0;
    }
    expect(admitted).toBe(limit);
  });
});
