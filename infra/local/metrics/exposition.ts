import { METRIC_NAMES, type MetricName, metricNamed } from '#shared/kernel/metrics.ts';
import type { Value } from './emf.ts';

/** Upper bounds of histograms. They include the bounds of alarms and objectives: 0.5 s, 1 s, 30 s, 300 s. */
const BOUNDS = {
  Seconds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600, 3_600, 21_600],
  Milliseconds: [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000],
  Count: [0, 1, 2, 5, 10, 20, 50, 100, 500],
  Bytes: [1e3, 1e6, 1e9, 1e12],
} as const;

interface Series {
  labels: Readonly<Record<string, string>>;
  sum: number;
  count: number;
  /** Values up to each bound. */
  buckets: number[];
}

/** Values of metrics, added up as Prometheus scrapes them. */
export interface Exposition {
  /** Ignores values of metrics that are not registered. */
  add(value: Value): void;
  /** Forgets the series of a gauge, which is read as a whole. */
  clear(name: MetricName): void;
  /** Returns all series in Prometheus' text format 0.0.4. */
  text(): string;
}

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function exposition(): Exposition {
  const all = new Map<MetricName, Map<string, Series>>();
  return {
    add({ name, value, labels }) {
      const known = METRIC_NAMES.find((each) => each === name);
      if (!known) return;
      const { kind, unit } = metricNamed(known);
      const series = all.get(known) ?? new Map<string, Series>();
      all.set(known, series);
      const key = labelsText(labels);
      const bounds: readonly number[] = kind === 'distribution' ? BOUNDS[unit] : [];
      const one = series.get(key) ?? { labels, sum: 0, count: 0, buckets: bounds.map(() => 0) };
      series.set(key, one);
      one.sum = kind === 'gauge' ? value : one.sum + value;
      one.count += 1;
      for (const [at, bound] of bounds.entries())
        if (value <= bound) one.buckets[at] = (one.buckets[at] ?? 0) + 1;
    },
    clear: (name) => void all.delete(name),
    text: () => METRIC_NAMES.flatMap((name) => lines(name, [...(all.get(name)?.values() ?? [])])).join(''),
  };
}

function lines(name: MetricName, series: readonly Series[]): string[] {
  const { kind, unit, meaning } = metricNamed(name);
  if (series.length === 0) return [];
  const type = kind === 'distribution' ? 'histogram' : kind;
  const head = `# HELP ${name} ${meaning.replaceAll('\\', '\\\\').replaceAll('\n', ' ')}\n# TYPE ${name} ${type}\n`;
  const line = (suffix: string, labels: Series['labels'], value: number) =>
    `${name}${suffix}${labelsText(labels)} ${value}\n`;
  return [
    head,
    ...series.flatMap(({ labels, sum, count, buckets }) =>
      type === 'histogram'
        ? [
            ...BOUNDS[unit].map((bound, at) =>
              line('_bucket', { ...labels, le: `${bound}` }, buckets[at] ?? 0),
            ),
            line('_bucket', { ...labels, le: '+Inf' }, count),
            line('_sum', labels, sum),
            line('_count', labels, count),
          ]
        : [line('', labels, sum)],
    ),
  ];
}

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function labelsText(labels: Series['labels']): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
