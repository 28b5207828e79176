import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SamplingDecision,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { tenantId } from '#shared/kernel/ids.ts';
import { currentTraceparent, linkActiveSpan, linksTo, traced } from '#shared/messaging/traceparent.ts';
import { each, queueFunction } from '#shared/runtime/queue.ts';
import { spannedIndex } from '#shared/runtime/spanned-index.ts';
import { inSpan } from '#shared/runtime/spans.ts';
import { followingSampler } from '#shared/runtime/tracing-sdk.ts';
import { udpExporter } from '#shared/runtime/udp-exporter.ts';
import { memoryVectorIndex } from '../../memory/vector-index.ts';

const memory = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] });
beforeAll(() => {
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => {
  trace.disable();
  context.disable();
});
beforeEach(() => memory.reset());

const SENDER = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const found = () => memory.getFinishedSpans();

describe('a span', () => {
  it('is the parent of those within it, and failed if its work fails, without the text of the error', async () => {
    const failing = inSpan('outer', { attributes: { tenant_id: 'acme' } }, () =>
      inSpan('inner', {}, () => Promise.reject(new TypeError('a secret'))),
    );
    await expect(failing).rejects.toThrow('a secret');
    const [inner, outer] = found();
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
    expect(inner?.status).toEqual({ code: 2, message: 'TypeError' });
    expect(JSON.stringify([inner?.status, inner?.events, inner?.attributes])).not.toContain('secret');
  });
});

describe('a vector index', () => {
  it('has a span for each search and write, and does the rest as before', async () => {
    const index = spannedIndex(memoryVectorIndex());
    const tenant = tenantId('acme');
    const query = { semantic: new Float32Array([1, 0]), copy: new Float32Array([1, 0]), k: 50 };
    await index.prepare('first', 2);
    await index.upsert(tenant, 'first', []);
    await index.search(tenant, 'first', query);
    expect(found().map(({ name, attributes }) => [name, attributes])).toEqual([
      ['index', { model: 'first', documents: 0 }],
      ['knn', { model: 'first', k: 50 }],
    ]);
    expect(await index.models()).toEqual(['first']);
  });
});

describe('a message', () => {
  it('carries the span that sent it, if there is one', async () => {
    expect(traced({ a: 1 })).toEqual({ a: 1 });
    const sent = await inSpan('sender', {}, async () => traced({ a: 1 }));
    expect(linksTo([sent.traceparent])[0]?.context.spanId).toBe(found()[0]?.spanContext().spanId);
    expect(currentTraceparent()).toBeUndefined();
  });

  it('is linked to its sender where it is handled, and not its child', async () => {
    const handler = queueFunction({ body: z.object({ a: z.number() }), run: each(async () => {}) });
    const record = (body: object) => ({
      messageId: '1',
      receiptHandle: 'r',
      body: JSON.stringify(body),
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: '0' },
      eventSourceARN: 'arn:aws:sqs:eu-west-1:1:deeplens-local-indexing',
    });
    const event = { Records: [record({ a: 1, traceparent: SENDER })] };
    const functionName = 'deeplens-local-index-image';
    await handler(event as never, { functionName } as unknown as Context);
    expect(found().map(({ name, links }) => [name, links.map((link) => link.context.traceId)])).toEqual([
      ['message indexing', ['a'.repeat(32)]],
      ['index-image', ['a'.repeat(32)]],
    ]);
    expect(found().every((span) => span.spanContext().traceId !== 'a'.repeat(32))).toBe(true);
  });

  it('may name its sender later, and badly', async () => {
    await inSpan('validate', {}, async () => linkActiveSpan(SENDER));
    expect(found()[0]?.links).toHaveLength(1);
    expect(linksTo([undefined, 7, '', '00-0-0-01', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`])).toEqual([]);
  });
});

describe('the sampler', () => {
  const decide = (share: number, links = linksTo([]), parent = ROOT_CONTEXT) =>
    followingSampler(share).shouldSample(parent, 'f'.repeat(32), 'name', 0, {}, links).decision;

  it('takes its share, and whatever belongs to a story that is told', () => {
    expect(decide(0)).toBe(SamplingDecision.NOT_RECORD);
    expect(decide(1)).toBe(SamplingDecision.RECORD_AND_SAMPLED);
    expect(decide(0, linksTo([SENDER]))).toBe(SamplingDecision.RECORD_AND_SAMPLED);
    expect(decide(1, linksTo([SENDER.replace(/01$/, '00')]))).toBe(SamplingDecision.NOT_RECORD);
  });
});

describe('Lambda’s listener', () => {
  it('gets a datagram with a header and the spans as OTLP', async () => {
    const listener = createSocket('udp4');
    listener.bind(0, '127.0.0.1');
    await once(listener, 'listening');
    const datagram = once(listener, 'message');
    await inSpan('sent', {}, async () => {});
    const exporter = udpExporter(`127.0.0.1:${listener.address().port}`);
    exporter.export(found(), ({ code }) => expect(code).toBe(0));
    const [header, body = ''] = String((await datagram)[0]).split('\n');
    expect(JSON.parse(header ?? '')).toEqual({ format: 'json', version: 1 });
    expect(body.slice(0, 3)).toBe('T1S');
    const bytes = Buffer.from(body.slice(3), 'base64');
    expect(bytes.includes(Buffer.from('sent'))).toBe(true);
    expect(bytes.includes(Buffer.from(found()[0]?.spanContext().traceId ?? '', 'hex'))).toBe(true);
    await exporter.shutdown();
    listener.close();
  });

  it('is sent span by span what does not fit one datagram, and nothing that does not fit at all', async () => {
    const sent: number[] = [];
    const socket = { unref: () => socket, on: () => socket, send: (text: string) => sent.push(text.length) };
    for (const size of [10, 30_000, 30_000, 90_000])
      await inSpan('large', { attributes: { text: 'x'.repeat(size) } }, async () => {});
    udpExporter('127.0.0.1:2000', () => socket as never).export([...found()], () => {});
    expect(sent).toHaveLength(3);
    expect(Math.max(...sent)).toBeLessThanOrEqual(64_000);
  });
});
