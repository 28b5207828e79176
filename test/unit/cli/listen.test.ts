import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { makeCli } from '../../../cli/src/make-cli.ts';
import { listen } from '../../../cli/src/webhooks/listen.ts';
import { newDeliveries } from '../../../cli/src/webhooks/poll.ts';
import { newSecret, signedHeaders } from '../../../cli/src/webhooks/sign.ts';
import { type Answer, newContext } from './cli-run.ts';

const delivery = (n: number, type = 'images.indexed') => ({
  delivery_id: `dlv_${n}`,
  webhook_id: 'wh_1',
  message_id: `msg_${n}`,
  type,
  state: 'pending',
  attempts: 0,
  created_at: new Date(Date.UTC(2026, 10, 30, 3, 0, n)).toISOString(),
  updated_at: '',
});
const body = '{"type":"images.indexed","data":{"name":"日本"}}';

it('a message is signed as the service signs it', () => {
  const secret = newSecret();
  const headers = signedHeaders('msg_1', body, secret);
  expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
  expect(() => new Webhook(newSecret()).verify(body, headers)).toThrow();
});

it('hands each new delivery on once, signed, the oldest first, until it is interrupted', async () => {
  const interrupt = new AbortController();
  const polls = [
    [delivery(1)],
    [delivery(3), delivery(2, 'images.failed'), delivery(1)],
    [delivery(3), delivery(2), delivery(1)],
  ];
  const received: { url: string; id: string | null; verified: unknown }[] = [];
  let polled = 0;
  const api = ({
    method,
    path,
    headers,
    text,
  }: {
    method: string;
    path: string;
    headers: Headers;
    text: string;
  }): Answer => {
    if (path === '/webhooks')
      return {
        body: { webhooks: [{ webhook_id: 'wh_1' }] },
        headers: { date: new Date(Date.UTC(2026, 10, 30, 3)).toUTCString() },
      };
    if (path.startsWith('/webhooks/wh_1/deliveries/')) return { body: { ...delivery(1), body } };
    if (path.startsWith('/webhooks/wh_1/deliveries')) {
      const deliveries = polls[polled] ?? [];
      polled += 1;
      if (polled > polls.length) interrupt.abort();
      return { body: { deliveries } };
    }
    expect(method).toBe('POST');
    received.push({
      url: path,
      id: headers.get('webhook-id'),
      verified: new Webhook(SECRET).verify(text, Object.fromEntries(headers)),
    });
    return { status: received.length === 2 ? 500 : 200 };
  };
  const SECRET = newSecret();
  const { context, printed } = newContext({ rawApi: api, stdin: SECRET, signal: interrupt.signal });
  const cli = makeCli(context, {}, '1.2.3');
  await listen(cli, { forward: 'http://localhost:3000/hooks', secret: '-', everyMs: 1 });
  expect(received).toEqual(
    ['msg_1', 'msg_2', 'msg_3'].map((id) => ({
      url: 'http://localhost:3000/hooks',
      id,
      verified: JSON.parse(body),
    })),
  );
  const rows = printed()
    .stdout.trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(rows.map(({ message_id, status }) => [message_id, status])).toEqual([
    ['msg_1', 200],
    ['msg_2', 500],
    ['msg_3', 200],
  ]);
});

it('a poll asks from a minute before the newest that it saw', async () => {
  const interrupt = new AbortController();
  const asked: (string | undefined)[] = [];
  const since = new Date(Date.UTC(2026, 10, 30, 2));
  const webhooks = {
    async *listDeliveries(_id: string, { from }: { from?: string }) {
      asked.push(from);
      if (asked.length > 2) interrupt.abort();
      yield delivery(5);
    },
  };
  const seen: string[] = [];
  for await (const { delivery_id } of newDeliveries({ webhooks } as never, 'wh_1', {
    signal: interrupt.signal,
    since,
    everyMs: 1,
  }))
    seen.push(delivery_id);
  expect(seen).toEqual(['dlv_5']);
  expect(asked).toEqual([since.toISOString(), '2026-11-30T02:59:05.000Z', '2026-11-30T02:59:05.000Z']);
});
