import { runJob } from '#shared/jobs/run-job.ts';
import { tenantId } from '#shared/kernel/ids.ts';
import type { WebReply } from '#shared/web/web-client.ts';
import { attemptDelivery, type EndpointNews } from '#shared/webhooks/attempt-delivery.ts';
import type { DeliveryReference } from '#shared/webhooks/delivery.ts';
import type { Endpoint } from '#shared/webhooks/endpoint.ts';
import { fanOut } from '#shared/webhooks/fan-out.ts';
import { manageWebhooks } from '#shared/webhooks/manage-webhooks.ts';
import { redeliver } from '#shared/webhooks/redeliver.ts';
import { replay } from '#shared/webhooks/replay.ts';
import { runReplay } from '#shared/webhooks/run-replay.ts';
import { sweepDue } from '#shared/webhooks/sweep-due.ts';
import { memoryDeliveryStore } from '../../memory/delivery-store.ts';
import { memoryEndpointStore } from '../../memory/endpoint-store.ts';
import { memoryJobQueue } from '../../memory/job-queue.ts';
import { memoryJobStore } from '../../memory/job-store.ts';
import { memorySecretStore } from '../../memory/secret-store.ts';

export const ACME = tenantId('acme');
const START = Date.parse('2026-11-01T00:00:00.000Z');

/** What a receiver got. */
export interface Received {
  at: number;
  url: string;
  headers: Record<string, string>;
  body: string;
}
export type Answer = Partial<Omit<WebReply, 'bytes'>> & { body?: string; error?: Error };

/** All of the webhooks in memory, on a clock that the test turns, with a receiver that it scripts. */
export function webhooksWorld(answer: (received: Received) => Answer | Promise<Answer> = () => ({})) {
  let clock = START;
  const now = () => new Date(clock);
  const received: Received[] = [];
  const news: [Endpoint, EndpointNews][] = [];
  const queued: { at: number; delivery: DeliveryReference }[] = [];
  const endpoints = memoryEndpointStore({ get: async () => ({ state: 'active' }) as never });
  const deliveries = memoryDeliveryStore();
  const secrets = memorySecretStore();
  const queue = {
    send: async (delivery: DeliveryReference, delaySeconds = 0) => {
      queued.push({ at: clock + delaySeconds * 1000, delivery });
    },
  };
  const web = {
    check: async () => undefined,
    fetch: async (
      url: string,
      _: unknown,
      { headers = {}, body = '' }: { headers?: object; body?: string },
    ) => {
      const got = { at: clock, url, headers: { ...headers } as Record<string, string>, body };
      received.push(got);
      const { error, body: text = '', ...reply } = await answer(got);
      if (error) throw error;
      return {
        status: 200,
        headers: {},
        cut: false,
        ip: '93.184.215.14',
        ...reply,
        bytes: Buffer.from(text),
      };
    },
  };
  const tell = async (endpoint: Endpoint, what: EndpointNews) => {
    news.push([endpoint, what]);
  };
  const [jobs, replays] = [memoryJobStore(), memoryJobQueue()];
  const ports = { placesOfTenant: 20, endpoints, deliveries, secrets, queue, web, tell, now, jobs, replays };
  const runReplays = runJob<'webhook_replay'>({
    ...{ jobs, queue: replays, now },
    runners: { webhook_replay: runReplay(ports) },
    budgetSeconds: 60,
  });
  const attempt = attemptDelivery(ports);
  const manage = manageWebhooks(ports);
  const sweep = sweepDue({
    ...ports,
    report: (_, error) => {
      throw error;
    },
    budgetSeconds: Number.POSITIVE_INFINITY,
  });

  /** Runs messages of the queue that have come by now, also those that they cause. */
  async function work(): Promise<void> {
    for (;;) {
      const next = queued.findIndex(({ at }) => at <= clock);
      const [message] = next < 0 ? [] : queued.splice(next, 1);
      if (!message) return;
      await attempt(message.delivery);
    }
  }

  return {
    ...ports,
    attempt,
    manage,
    received,
    news,
    queued,
    work,
    sweep,
    fanOut: fanOut(ports),
    redeliver: redeliver(ports),
    replay: replay(ports),
    /** Runs the messages of the queue of replays once. */
    async workReplays(): Promise<void> {
      for (const { job } of replays.sent.splice(0)) await runReplays(job);
    },
    /** Turns the clock, in steps of at most a minute, with the sweep in each. */
    async pass(seconds: number) {
      for (let left = seconds; left > 0; left -= 60) {
        clock += Math.min(left, 60) * 1000;
        await work();
        await sweep();
        await work();
      }
    },
    turn(seconds: number) {
      clock += seconds * 1000;
    },
    hours: () => (clock - START) / 3_600_000,
    subscribe: async (url = 'https://receiver.example/', types: Endpoint['event_types'] = ['*']) => {
      const { endpoint, secret = '' } = await manage.create(ACME, 'enterprise', { url, event_types: types });
      return { endpoint, secret };
    },
    event: (id: string, type = 'images.indexed') =>
      ({
        specversion: '1.0',
        id: `${id}.${type}`,
        source: 'deeplens',
        type,
        subject: id,
        time: new Date(START).toISOString(),
        datacontenttype: 'application/json',
        dataversion: '1',
        tenantid: ACME,
        correlationid: 'c',
        data: {
          image_id: id,
          models: ['m'],
          indexed_at: '2026-11-01T00:00:00Z',
          object: { bucket: 'secret' },
        },
      }) as const,
    all: async (endpoint: Endpoint) =>
      (await deliveries.list(ACME, endpoint.webhook_id, {}, { limit: 10_000 })).items,
  };
}
