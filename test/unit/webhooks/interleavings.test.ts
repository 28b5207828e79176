import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { afterEach, expect, it, vi } from 'vitest';
import { UnreachableUrl } from '#shared/web/web-client.ts';
import type { Endpoint } from '#shared/webhooks/endpoint.ts';
import { ACME, type Answer, webhooksWorld } from './world.ts';

afterEach(() => {
  vi.useRealTimers();
});

class Crash extends Error {}

/**
 * Counts what was accepted and how it ended, from what each call says it did. The store is compared with it: nothing is
 * lost, and nothing ends twice.
 */
function ledger() {
  const counts = { accepted: 0, delivered: 0, failed: 0, skipped: 0, pending: 0 };
  return {
    counts,
    accept() {
      counts.accepted += 1;
      counts.pending += 1;
    },
    end(outcome: string | undefined) {
      if (outcome !== 'delivered' && outcome !== 'failed' && outcome !== 'skipped') return;
      counts[outcome] += 1;
      counts.pending -= 1;
    },
    again(state: 'delivered' | 'failed' | 'skipped', count = 1) {
      counts[state] -= count;
      counts.pending += count;
    },
  };
}

/** What can happen, in any order. */
const Step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('event' as const), id: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('work' as const), which: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('twice' as const), which: fc.nat(20) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      seconds: fc.constantFrom(1, 70, 400, 4_000, 40_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('rotate' as const), hours: fc.constantFrom(0, 1, 24) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('toggle' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('redeliver' as const), which: fc.nat(20) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('replay' as const),
      state: fc.constantFrom('failed' as const, 'skipped' as const, 'delivered' as const),
    }),
  },
);
/** What a receiver answers, again and again; `crash`: it has the message, and the sender ends. */
const Answers = fc.array(
  fc.constantFrom<'ok' | 'error' | 'gone' | 'busy' | 'silent' | 'crash'>(
    'ok',
    'error',
    'error',
    'busy',
    'silent',
    'crash',
    'gone',
  ),
  { minLength: 1, maxLength: 8 },
);
const ANSWERS: Record<string, Answer> = {
  ok: { status: 200 },
  error: { status: 500 },
  gone: { status: 410 },
  busy: { status: 429, headers: { 'retry-after': '30' } },
  silent: { error: new UnreachableUrl('timeout') },
};

it('each message to each endpoint ends once, within ten attempts, signed with every active secret', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  await fc.assert(
    fc.asyncProperty(fc.array(Step, { maxLength: 40 }), Answers, async (steps, answers) => {
      let turn = 0;
      const active = new Map<string, { secret: string; until: number }[]>();
      const world = webhooksWorld(({ url, at, headers, body }) => {
        // The oracle, at the time of the attempt: each secret that signs now, and no other, verifies it.
        vi.setSystemTime(at);
        for (const { secret, until } of active.get(url) ?? []) {
          if (until > at) new Webhook(secret).verify(body, headers);
          else expect(() => new Webhook(secret).verify(body, headers)).toThrow('No matching signature');
        }
        const answer = answers[turn++ % answers.length] ?? 'ok';
        if (answer === 'crash') throw new Crash();
        return ANSWERS[answer] ?? {};
      });
      const endpoints: Endpoint[] = [];
      for (const url of ['https://one.example/', 'https://two.example/']) {
        const { endpoint, secret } = await world.subscribe(url);
        active.set(url, [{ secret, until: Number.POSITIVE_INFINITY }]);
        endpoints.push(endpoint);
      }
      const [first] = endpoints;
      if (!first) throw new Error('there is no endpoint');
      const { counts, ...book } = ledger();
      const unlessCrashed = async (run: Promise<string>) =>
        book.end(
          await run.catch((error: unknown) => {
            if (!(error instanceof Crash)) throw error;
            return undefined;
          }),
        );
      const expectConserved = async () => {
        const stored = { accepted: 0, delivered: 0, failed: 0, skipped: 0, pending: 0 };
        for (const { state } of (await Promise.all(endpoints.map(world.all))).flat()) {
          stored.accepted += 1;
          stored[state] += 1;
        }
        expect(stored).toEqual(counts);
        expect(counts.accepted).toBe(counts.delivered + counts.failed + counts.skipped + counts.pending);
      };
      const events = new Set<number>();
      const accepted = new Set<string>();
      let repeated = 0;
      for (const step of steps) {
        const message =
          'which' in step && step.do !== 'redeliver'
            ? world.queued[step.which % Math.max(1, world.queued.length)]
            : undefined;
        switch (step.do) {
          case 'event':
            events.add(step.id);
            for (const { webhook_id } of endpoints) {
              const asked = `${webhook_id} ${step.id}`;
              const { state } = (await world.endpoints.get(ACME, webhook_id)) ?? {};
              if (state !== 'enabled' || accepted.has(asked)) continue;
              accepted.add(asked);
              book.accept();
            }
            await world.fanOut(world.event(`img_${step.id}`));
            break;
          case 'redeliver': {
            const all = (await Promise.all(endpoints.map(world.all))).flat();
            const chosen = all[step.which % Math.max(1, all.length)];
            if (!chosen) break;
            const { webhook_id, delivery_id, state } = chosen;
            const { state: endpoint } = (await world.endpoints.get(ACME, webhook_id)) ?? {};
            const again = world.redeliver(ACME, webhook_id, delivery_id);
            if (endpoint !== 'enabled') {
              await expect(again).rejects.toMatchObject({ code: 'conflict' });
              break;
            }
            await again;
            if (state === 'pending') break;
            book.again(state);
            repeated += 1;
            break;
          }
          case 'replay': {
            const { state } = (await world.endpoints.get(ACME, first.webhook_id)) ?? {};
            if (state !== 'enabled') break;
            const range = { from: '2026-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };
            const { count } = await world.replay(ACME, first.webhook_id, {
              ...range,
              state: step.state,
              dry_run: false,
            });
            book.again(step.state, count);
            repeated += count;
            break;
          }
          case 'work':
            if (message) await unlessCrashed(world.attempt(message.delivery));
            break;
          case 'twice':
            if (message)
              await Promise.all(
                [world.attempt(message.delivery), world.attempt(message.delivery)].map(unlessCrashed),
              );
            break;
          case 'pass':
            world.turn(step.seconds);
            await world.sweep();
            break;
          case 'rotate': {
            const secrets = active.get(first.url) ?? [];
            const signing = secrets.filter(({ until }) => until > world.now().getTime());
            if (step.hours > 0 && signing.length >= 3) break;
            const { secret = '' } = await world.manage.rotate(ACME, first.webhook_id, step.hours);
            const until = world.now().getTime() + step.hours * 3_600_000;
            for (const each of secrets) each.until = Math.min(each.until, until);
            secrets.push({ secret, until: Number.POSITIVE_INFINITY });
            break;
          }
          case 'toggle': {
            const now = await world.endpoints.get(ACME, first.webhook_id);
            const state = now?.state === 'enabled' ? ('disabled' as const) : ('enabled' as const);
            await world.manage.change(ACME, first.webhook_id, { state });
            break;
          }
        }
        await expectConserved();
      }
      for (let minute = 0; minute < 12_000; minute++) {
        const pending = (await Promise.all(endpoints.map(world.all)))
          .flat()
          .filter(({ state }) => state === 'pending');
        if (pending.length === 0) break;
        const next = Math.min(...pending.map(({ next_attempt_at = '' }) => Date.parse(next_attempt_at)));
        world.turn(Math.max(60, (next - world.now().getTime()) / 1000 + 11));
        await world.sweep();
        for (;;) {
          const due = world.queued.findIndex(({ at }) => at <= world.now().getTime());
          const [message] = due < 0 ? [] : world.queued.splice(due, 1);
          if (!message) break;
          await unlessCrashed(world.attempt(message.delivery));
        }
      }
      await expectConserved();
      expect(counts.pending).toBe(0);
      for (const endpoint of endpoints) {
        const all = await world.all(endpoint);
        const states = all.map(({ state }) => state);
        expect(states.every((state) => ['delivered', 'failed', 'skipped'].includes(state))).toBe(true);
        expect(new Set(all.map(({ message }) => message.id)).size).toBe(all.length);
        expect(all.length).toBeLessThanOrEqual(events.size);
        for (const { message, made, attempts } of all) {
          const sent = world.received.filter(
            ({ url, headers }) => url === endpoint.url && headers['webhook-id'] === message.id,
          );
          // Ten for each budget; a repetition is one more.
          expect(sent.length).toBeLessThanOrEqual(10 * (1 + repeated));
          expect(made).toBeLessThanOrEqual(10);
          if (repeated === 0) expect(made).toBe(attempts.length);
        }
      }
      const second = endpoints[1];
      if (second && (await world.endpoints.get(ACME, second.webhook_id))?.state === 'enabled')
        expect(await world.all(second)).toHaveLength(events.size);
    }),
    { numRuns: 200 },
  );
});
