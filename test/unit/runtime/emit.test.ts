import { afterEach, describe, expect, it, vi } from 'vitest';
import { METRIC_NAMES, METRICS, metricNamed } from '#shared/kernel/metrics.ts';
import { emit } from '#shared/runtime/emit.ts';
import { writtenMetrics } from './written-metrics.ts';

afterEach(() => vi.restoreAllMocks());

describe('emit', () => {
  it('writes under the complete set of dimensions, and the one that alarms read', () => {
    const written = writtenMetrics();
    emit('http_requests_total', 1, { route: 'search', code: '5xx' });
    expect(written).toEqual([
      {
        name: 'http_requests_total',
        unit: 'Count',
        value: 1,
        dimensions: [{ route: 'search', code: '5xx' }, { code: '5xx' }],
        beside: {},
      },
    ]);
  });

  it('takes registered names and values alone', () => {
    const written = writtenMetrics();
    // @ts-expect-error: not registered
    expect(() => emit('made_up', 1, {})).toThrow();
    // @ts-expect-error: not one of the outcomes
    emit('cache_lookups_total', 1, { cache: 'similarity', outcome: 'acme' });
    expect(written.map(({ dimensions }) => dimensions)).toEqual([
      [{ cache: 'similarity', outcome: 'other' }],
    ]);
  });

  it('keeps the number of metrics bounded, whatever the values', () => {
    const written = writtenMetrics();
    for (let model = 0; model < 60; model++)
      emit('model_inference_duration_seconds', 1, { model: `model-${model}`, status: 'ok' });
    const models = new Set(written.map(({ dimensions }) => dimensions[0]?.model));
    expect(models.size).toBe(METRICS.model_inference_duration_seconds.dimensions.model + 1);
    expect(models).toContain('other');
  });

  it('drops what is no number', () => {
    const written = writtenMetrics();
    emit('http_request_duration_seconds', Number.NaN, { route: 'search' });
    expect(written).toEqual([]);
  });
});

describe.each(METRIC_NAMES)('the metric %s', (name) => {
  it('has a name that Prometheus takes, with its unit, and no dimension of a tenant', () => {
    const { kind, unit, dimensions, also = [], meaning } = metricNamed(name);
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
    if (unit === 'Seconds') expect(name).toMatch(/_seconds$/);
    if (unit === 'Milliseconds') expect(name).toMatch(/_ms$/);
    if (name.endsWith('_total')) expect(kind).toBe('counter');
    expect(Object.keys(dimensions).filter((each) => /tenant|image|_id/.test(each))).toEqual([]);
    expect(Object.keys(dimensions)).toEqual(expect.arrayContaining([...also]));
    expect(meaning).toMatch(/\.$/);
  });
});
