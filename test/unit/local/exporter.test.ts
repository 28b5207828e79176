import { once } from 'node:events';
import { appendFile, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { emit, metrics } from '#shared/runtime/emit.ts';
import { type Value, valuesOf } from '../../../infra/local/metrics/emf.ts';
import { startExporter } from '../../../infra/local/metrics/exporter.ts';
import { exposition } from '../../../infra/local/metrics/exposition.ts';

/** Returns the lines that are written while `work` runs, as CloudWatch reads them. */
function linesOf(work: () => void): string[] {
  const lines: string[] = [];
  const publish = metrics.publishStoredMetrics.bind(metrics);
  vi.spyOn(metrics, 'publishStoredMetrics').mockImplementation(() => {
    lines.push(JSON.stringify(metrics.serializeMetrics()));
    return publish();
  });
  work();
  vi.restoreAllMocks();
  return lines;
}

/** Adds up the series of a scrape by metric, a histogram's by its sum. */
function sums(text: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^(\w+?)(?:_sum)?(?:\{.*\})? (\S+)$/.exec(line) ?? [];
    if (!name || /_bucket$|_count$/.test(name)) continue;
    found[name] = (found[name] ?? 0) + Number(value);
  }
  return found;
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('a line in the embedded metric format', () => {
  it('is read with its complete dimensions, once', () => {
    const lines = linesOf(() => emit('http_requests_total', 1, { route: 'a', code: '5xx' }));
    expect(lines.flatMap(valuesOf)).toEqual([
      { name: 'http_requests_total', value: 1, labels: { route: 'a', code: '5xx' } },
    ]);
  });

  it('is not any other line', () => {
    for (const line of ['', 'END', '{"message":"CloudWatchMetrics"}', '{"_aws":{"CloudWatchMetrics":"x"}}'])
      expect(valuesOf(line)).toEqual([]);
  });
});

describe('the exposition', () => {
  it('adds counters up, keeps the last of a gauge, and counts a distribution in buckets', () => {
    const values = exposition();
    const add = (name: string, value: number, labels: Value['labels'] = { scope: 'all' }) =>
      values.add({ name, value, labels });
    add('usage_unmetered_total', 2);
    add('usage_unmetered_total', 3);
    add('webhook_oldest_due_seconds', 9);
    add('webhook_oldest_due_seconds', 4);
    add('webhook_first_attempt_seconds', 0.5);
    add('webhook_first_attempt_seconds', 40);
    add('not_registered', 1);
    const lines = values.text().split('\n');
    for (const line of [
      '# TYPE usage_unmetered_total counter',
      'usage_unmetered_total{scope="all"} 5',
      'webhook_oldest_due_seconds{scope="all"} 4',
      'webhook_first_attempt_seconds_bucket{scope="all",le="0.25"} 0',
      'webhook_first_attempt_seconds_bucket{scope="all",le="0.5"} 1',
      'webhook_first_attempt_seconds_bucket{scope="all",le="30"} 1',
      'webhook_first_attempt_seconds_bucket{scope="all",le="+Inf"} 2',
      'webhook_first_attempt_seconds_sum{scope="all"} 40.5',
      'webhook_first_attempt_seconds_count{scope="all"} 2',
    ])
      expect(lines).toContain(line);
    expect(values.text()).not.toContain('not_registered');
  });

  it('has the sums of the lines, whatever was emitted', () => {
    const emissions = fc.array(fc.record({ ms: fc.integer({ min: 0, max: 9_999 }), hit: fc.boolean() }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(emissions, (all) => {
        const values = exposition();
        const lines = linesOf(() => {
          for (const { ms, hit } of all) {
            emit('search_operations_duration_ms', ms, { operation: 'searchSimilarity' });
            emit('cache_lookups_total', 1, { cache: 'similarity', outcome: hit ? 'hit' : 'miss' });
          }
        });
        lines.flatMap(valuesOf).forEach(values.add);
        expect(sums(values.text())).toEqual({
          search_operations_duration_ms: all.reduce((sum, { ms }) => sum + ms, 0),
          cache_lookups_total: all.length,
        });
      }),
      { numRuns: 30 },
    );
  });
});

/** A log group with one call a stream, and two queues, as the emulator answers. */
describe('the exporter', () => {
  const streams: { at: number; messages: string[] }[] = [];
  let isDown = false;
  const answers: Record<string, (body: { startTime?: number }) => unknown> = {
    DescribeLogGroups: () => ({ logGroups: [{ logGroupName: '/deeplens/local/a/b' }] }),
    FilterLogEvents: ({ startTime = 0 }) => ({
      events: streams.flatMap(({ at, messages }, stream) =>
        at < startTime
          ? []
          : messages.map((message) => ({ message, timestamp: at, logStreamName: `${stream}` })),
      ),
    }),
    ListQueues: () => ({ QueueUrls: ['http://127.0.0.1/000000000000/deeplens-local-embedding'] }),
    GetQueueAttributes: () => ({
      Attributes: { ApproximateNumberOfMessages: '7', ApproximateNumberOfMessagesNotVisible: '2' },
    }),
  };
  const server = createServer(async (request, response) => {
    if (request.url === '/health/ready')
      return void response.end(
        JSON.stringify({ checks: { vector_index: { status: isDown ? 'down' : 'ok' } } }),
      );
    const action = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const body = (await json(request)) as { startTime?: number };
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    response.end(JSON.stringify(answers[action]?.(body) ?? {}));
  });
  let url = '';
  beforeEach(async () => {
    streams.length = 0;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('reads each line of functions and worker once, the queues, and what is ready', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'deeplens-exporter-'));
    const workerLog = join(folder, 'gpu-worker.log');
    const line = (value: number) =>
      linesOf(() => emit('usage_unmetered_total', value, { scope: 'all' }))[0] ?? '';
    await writeFile(workerLog, `${line(100)}\n`); // of a run before
    const scrape = await startExporter({ emulatorUrl: url, workerLog, apiUrl: () => url });
    streams.push({ at: Date.now() + 5, messages: ['START', line(1), line(1)] });
    await appendFile(workerLog, `${line(10)}\n${line(1_000).slice(0, 20)}`);
    expect(sums(await scrape()).usage_unmetered_total).toBe(12);
    streams.push({ at: Date.now() + 5, messages: [line(5)] });
    const [first, second] = await Promise.all([scrape(), scrape()]);
    expect(sums(first).usage_unmetered_total).toBe(17);
    expect(second).toBe(first);
    expect(first).toContain('queue_depth{queue="deeplens-local-embedding"} 7\n');
    expect(first).toContain('queue_in_flight{queue="deeplens-local-embedding"} 2\n');
    expect(first).toContain('dependency_up{dependency="vector_index"} 1\n');
    isDown = true;
    expect(await scrape()).toContain('dependency_up{dependency="vector_index"} 0\n');
  });
});
