import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as api from '#shared/contracts/http/webhooks.ts';
import { homeAt } from '../../infra/local/home.ts';
import { allLines } from '../../infra/local/log-lines.ts';
import { wayOf } from '../../infra/local/way-of.ts';
import { photograph } from '../fixtures/photographs.ts';
import { receiverPort, startReceiver } from '../fixtures/receiver.ts';
import { type Client, eventually, newTenant, settled, upload } from './client.ts';
import { type ReceivedSpan, startReceiver as startCollector, storyFrom } from './otlp-receiver.ts';
import { readStack } from './stack.ts';

let client: Client;
let image: string;
let collector: Awaited<ReturnType<typeof startCollector>>;
let stop: () => void;
let received = 0;

beforeAll(async () => {
  collector = await startCollector(receiverPort('traces'));
  const hooks = await startReceiver('operations', (_, response) => {
    received += 1;
    response.end();
  });
  stop = hooks.stop;
  client = await newTenant('operations');
  await client.call(api.createWebhook, {
    body: { url: `${hooks.origin}/hook`, event_types: ['images.indexed'] },
    headers: { 'idempotency-key': 'hook' },
  });
  image = await upload(client, await photograph('allium-oreophilum'), { filename: 'a.jpg' });
  await settled(client, image);
  await eventually(
    async () => received,
    (times) => times === 1,
  );
});
afterAll(async () => {
  stop();
  await collector.stop();
});

it('one upload is one connected story of spans, from the request to the webhook, without its data', async () => {
  const story = () => {
    const { spans } = collector;
    // Spans of earlier tests arrive too, of which the first were lost while nobody listened.
    const isOwn = ({ attributes }: ReceivedSpan) => JSON.stringify(attributes).includes(client.tenant);
    const first = spans.find((span) => span.name === 'api requestUploads' && isOwn(span));
    return first ? storyFrom(first, spans) : [];
  };
  const wanted = [
    ...['api requestUploads', 'message validation', 'gpu-worker', 'embed', 'index-image', 'index'],
    ...['message duplicates', 'knn', 'message webhooks', 'message webhook-attempts'],
  ];
  const missing = () => {
    const names = new Set(story().map(({ name }) => name));
    return wanted.filter((name) => !names.has(name));
  };
  await expect.poll(missing, { timeout: 60_000 }).toEqual([]);
  expect(JSON.stringify(story())).not.toMatch(/a\.jpg|x-amz-signature|dl_/i);
});

it('the way of the upload can be told from the logs', async () => {
  const stack = readStack();
  const home = homeAt(dirname(process.env.DEEPLENS_TEST_STACK ?? ''));
  const lines = async () => (await allLines(home, stack.emulator_url)).filter(({ message }) => message);
  await expect
    .poll(async () => wayOf(image, await lines()).map(({ where }) => where), { timeout: 30_000 })
    .toEqual(
      expect.arrayContaining([
        'validate-image',
        'gpu-worker',
        'index-image',
        'detect-duplicates',
        'attempt-delivery',
      ]),
    );
});

it('the scrape tells what the pipeline did, and what is up', async () => {
  const url = new URL('/metrics', readStack().api_url);
  const scraped = async () => (await fetch(url)).text();
  await expect.poll(scraped, { timeout: 30_000 }).toMatch(/freshness_seconds_count\{stage="indexed"\} [1-9]/);
  const text = await scraped();
  for (const line of [
    /http_requests_total\{route="requestUploads",code="2xx"\} [1-9]/,
    /feature_extraction_total\{status="embedded"\} [1-9]/,
    /model_inference_duration_seconds_count\{model="[\w-]+",status="ok"\} [1-9]/,
    /image_processing_duration_seconds_count\{operation="validate"\} [1-9]/,
    /webhook_attempts_total\{outcome="delivered"\} [1-9]/,
    /limiter_decisions_total\{counter="requests",outcome="granted"\} [1-9]/,
    /queue_depth\{queue="deeplens-local-embedding"\} \d/,
    /dependency_up\{dependency="vector_index"\} 1/,
  ])
    expect(text).toMatch(line);
});
