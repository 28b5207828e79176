import { vi } from 'vitest';
import { metrics } from '#shared/runtime/emit.ts';

export interface WrittenMetric {
  name: string;
  unit: string;
  value: number;
  /** The sets of dimensions, the complete one first. */
  dimensions: Record<string, string>[];
  beside: Record<string, string>;
}

/** Collects what is emitted until mocks are restored, as CloudWatch reads it. */
export function writtenMetrics(): WrittenMetric[] {
  const written: WrittenMetric[] = [];
  const publish = metrics.publishStoredMetrics.bind(metrics);
  vi.spyOn(metrics, 'publishStoredMetrics').mockImplementation(() => {
    const { _aws, ...line } = metrics.serializeMetrics();
    const values = new Map(Object.entries(line));
    for (const { Dimensions = [], Metrics = [] } of _aws.CloudWatchMetrics) {
      const dimensions = Dimensions.map((set) =>
        Object.fromEntries(set.map((name) => [name, String(values.get(name))])),
      );
      for (const { Name, Unit } of Metrics) {
        const named = new Set([Name, ...Dimensions.flat()]);
        const others = [...values].filter(([name]) => !named.has(name));
        written.push({
          ...{ name: Name, unit: Unit, value: Number(values.get(Name)), dimensions },
          beside: Object.fromEntries(others.map(([name, value]) => [name, String(value)])),
        });
      }
    }
    return publish();
  });
  return written;
}
