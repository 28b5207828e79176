import { globSync, readFileSync } from 'node:fs';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { describe, expect, it } from 'vitest';
import { METRIC_NAMES, METRICS_NAMESPACE, metricNamed } from '#shared/kernel/metrics.ts';
import { alarmsOfAllKinds } from '../../../infra/alarms/all-kinds.ts';
import { BOARDS, type Board } from '../../../infra/dashboards/boards.ts';
import { GENERATED, ROOT } from '../../../infra/prometheus/generated.ts';
import { promQl } from '../../../infra/prometheus/grafana.ts';

const rows = alarmsOfAllKinds();
const panels = Object.values<Board>(BOARDS).flat();

it.each(Object.entries(GENERATED))('%s is as it is generated (npm run generate)', (path, content) => {
  expect(readFileSync(new URL(path, ROOT), 'utf8')).toBe(content());
});

/** The names that programs emit, as they stand in the source. */
const emitted = new Set(
  globSync('{shared,functions,gpu-worker}/**/*.ts', { cwd: ROOT }).flatMap((file) =>
    [...readFileSync(new URL(file, ROOT), 'utf8').matchAll(/\bemit\(\s*'(\w+)'/g)].map(
      ([, name = '']) => name,
    ),
  ),
);

describe('the registry of metrics', () => {
  it('is emitted, all of it', () => {
    const registered = METRIC_NAMES.filter((name) => metricNamed(name).from === undefined);
    expect([...emitted].sort()).toEqual([...registered].sort());
  });

  it('is used, all of it: each metric is in a dashboard', () => {
    const drawn = new Set(panels.map(({ metric }) => metric));
    expect(METRIC_NAMES.filter((name) => !drawn.has(name))).toEqual([]);
  });

  it('has the metric of each alarm of ours', () => {
    const own = rows.flatMap(({ metric }) => {
      const all = metric instanceof MathExpression ? Object.values(metric.usingMetrics) : [metric];
      return all.flatMap((each) =>
        each instanceof Metric && each.namespace === METRICS_NAMESPACE ? [each.metricName] : [],
      );
    });
    expect(own.length).toBeGreaterThan(8);
    expect(own.filter((name) => !emitted.has(name))).toEqual([]);
  });

  it('has the metrics of each rule and of each query, with their dimensions', () => {
    const expressions = [...rows.flatMap(({ prometheus }) => prometheus?.expr ?? []), ...panels.map(promQl)];
    for (const expression of expressions) {
      const names = [...expression.matchAll(/\b([a-z][a-z0-9_]{5,}?)(?:_bucket)?(?=[{[)]| by| <| >)/g)];
      const known = names.map(([, name = '']) => METRIC_NAMES.find((each) => each === name)).filter(Boolean);
      expect(known, expression).not.toEqual([]);
      for (const name of known) {
        if (!name) continue;
        const labels = [...expression.matchAll(/[{,]\s*(\w+)(?:=|!=)/g)].map(([, label = '']) => label);
        const dimensions = Object.keys(metricNamed(name).dimensions);
        expect(
          labels.filter((label) => !dimensions.includes(label)),
          expression,
        ).toEqual([]);
      }
    }
    for (const { metric, by } of panels)
      if (by) expect(Object.keys(metricNamed(metric).dimensions)).toContain(by);
  });
});
