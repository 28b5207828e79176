import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AnyEvent } from '#shared/contracts/events/envelope.ts';
import { tenantId } from '#shared/kernel/ids.ts';
import { countCache, countSearch, countUsage, timeProcessing } from '#shared/runtime/business-metrics.ts';
import { metrics } from '#shared/runtime/telemetry.ts';
import indexed from '../../contract/events/samples/images.indexed.v1.json' with { type: 'json' };

const acme = tenantId('acme');
const written: Record<string, unknown>[] = [];
/** Each number as CloudWatch reads it: its name, unit, dimensions, and what stands beside it. */
beforeEach(() => {
  vi.spyOn(metrics, 'singleMetric').mockImplementation(() => {
    const dimensions = new Map<string, string>();
    const metadata = new Map<string, unknown>();
    const single = {
      addDimension: (name: string, value: string) => dimensions.set(name, value),
      addMetadata: (name: string, value: unknown) => metadata.set(name, value),
      addMetric(name: string, unit: string, value: number) {
        const beside = { dimensions: Object.fromEntries(dimensions), metadata: Object.fromEntries(metadata) };
        written.push({ name, unit, value, ...beside });
      },
    };
    return single as unknown as ReturnType<typeof metrics.singleMetric>; // the part of it that is used
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  written.length = 0;
});

describe('business metrics', () => {
  it('count usage by plan and counter, with the tenant as metadata', () => {
    countUsage(acme, 'pro', { requests: 5, searches: 2, uploads: 0 });
    expect(written).toEqual([
      {
        name: 'tenant_usage',
        unit: 'Count',
        value: 5,
        dimensions: { plan: 'pro', counter: 'requests' },
        metadata: { tenant_id: 'acme' },
      },
      expect.objectContaining({ value: 2, dimensions: { plan: 'pro', counter: 'searches' } }),
    ]);
  });

  it('count searches by the best verdict', () => {
    countSearch(acme, 'searchSimilarity', 'edited_copy');
    expect(written).toMatchObject([
      {
        name: 'search_operations',
        value: 1,
        dimensions: { operation: 'searchSimilarity', best: 'edited_copy' },
      },
    ]);
  });

  it('count cache hits and misses', () => {
    countCache(acme, true);
    countCache(acme, false);
    expect(written.map(({ name, dimensions }) => [name, dimensions])).toEqual([
      ['similarity_cache', { outcome: 'hit' }],
      ['similarity_cache', { outcome: 'miss' }],
    ]);
  });

  it('time the processing of images alone, from the request of the upload', () => {
    const announced = Date.UTC(2026, 10, 1, 9);
    const image_id = 'img_01M6B5CJM0JY83F3QXWKQQR25S';
    timeProcessing(
      AnyEvent.parse({ ...indexed, time: new Date(announced + 2500).toISOString(), data: { image_id } }),
    );
    timeProcessing(AnyEvent.parse({ ...indexed, type: 'duplicates.found' }));
    expect(written).toMatchObject([
      { name: 'image_processing', unit: 'Milliseconds', value: 2500, dimensions: { stage: 'indexed' } },
    ]);
  });
});
