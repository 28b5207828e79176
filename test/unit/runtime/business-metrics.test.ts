import { afterEach, describe, expect, it, vi } from 'vitest';
import { AnyEvent } from '#shared/contracts/events/envelope.ts';
import { tenantId } from '#shared/kernel/ids.ts';
import {
  countCache,
  countUsage,
  countWebhookAttempt,
  recordFreshness,
  recordProcessing,
  recordSearch,
  recordSecretAge,
  recordStorage,
} from '#shared/runtime/business-metrics.ts';
import indexed from '../../contract/events/samples/images.indexed.v1.json' with { type: 'json' };
import { writtenMetrics } from './written-metrics.ts';

const acme = tenantId('acme');
const brief = (written: ReturnType<typeof writtenMetrics>) =>
  written.map(({ name, value, dimensions }) => [name, value, dimensions[0]]);
afterEach(() => vi.restoreAllMocks());

describe('business metrics', () => {
  it('count usage by plan, with the tenant beside it', () => {
    const written = writtenMetrics();
    countUsage(acme, 'pro', { requests: 5, searches: 2, uploads: 0 });
    recordStorage(acme, 'pro', 1_000);
    expect(brief(written)).toEqual([
      ['tenant_usage_api_calls', 5, { plan: 'pro' }],
      ['tenant_usage_searches', 2, { plan: 'pro' }],
      ['tenant_usage_storage_bytes', 1_000, { plan: 'pro' }],
    ]);
    expect(written.map(({ beside }) => beside.tenant_id)).toEqual(['acme', 'acme', 'acme']);
  });

  it('record a search with its duration and its results by the best verdict', () => {
    const written = writtenMetrics();
    recordSearch(acme, 'searchSimilarity', { ms: 120, results: 3, best: 'edited_copy' });
    expect(brief(written)).toEqual([
      ['search_operations_duration_ms', 120, { operation: 'searchSimilarity' }],
      ['search_operations_results_count', 3, { operation: 'searchSimilarity', best: 'edited_copy' }],
    ]);
  });

  it('count cache hits and misses', () => {
    const written = writtenMetrics();
    countCache(acme, true);
    countCache(acme, false);
    expect(written.map(({ dimensions }) => dimensions[0]?.outcome)).toEqual(['hit', 'miss']);
  });

  it('time a step of an image, in seconds and in milliseconds', () => {
    const written = writtenMetrics();
    recordProcessing('index', 250, false, 'acme');
    expect(brief(written)).toEqual([
      ['image_processing_duration_seconds', 0.25, { operation: 'index' }],
      ['image_processing_duration_ms', 250, { operation: 'index', status: 'failed' }],
    ]);
  });

  it('time the way of images alone, from the request of the upload', () => {
    const written = writtenMetrics();
    const announced = Date.UTC(2026, 10, 1, 9);
    const image_id = 'img_01M6B5CJM0JY83F3QXWKQQR25S';
    const time = new Date(announced + 2500).toISOString();
    recordFreshness(AnyEvent.parse({ ...indexed, time, data: { image_id } }));
    recordFreshness(AnyEvent.parse({ ...indexed, type: 'duplicates.found' }));
    expect(brief(written)).toEqual([['freshness_seconds', 2.5, { stage: 'indexed' }]]);
  });

  it('time the first attempt of a delivery alone', () => {
    const written = writtenMetrics();
    countWebhookAttempt(acme, 'delivered', 1_500);
    countWebhookAttempt(acme, 'failed');
    expect(brief(written)).toEqual([
      ['webhook_attempts_total', 1, { outcome: 'delivered' }],
      ['webhook_first_attempt_seconds', 1.5, { scope: 'all' }],
      ['webhook_attempts_total', 1, { outcome: 'failed' }],
    ]);
  });

  it('tell the age of a secret by its purpose, never its name', () => {
    const written = writtenMetrics();
    recordSecretAge('webhook/wh_1/sec_1', new Date(Date.now() - 3 * 86_400_000));
    expect(written[0]?.value).toBeCloseTo(3, 3);
    expect(written[0]?.dimensions).toEqual([{ purpose: 'webhook' }]);
  });
});
