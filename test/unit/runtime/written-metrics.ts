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
  vi.spyOn(metrics, 'singleMetric').mockImplementation(() => {
    const dimensions: Record<string, string>[] = [];
    const beside: Record<string, string> = {};
    const single = {
      clearDefaultDimensions: () => {},
      addDimensions: (set: Record<string, string>) => void dimensions.push(set),
      addMetadata: (name: string, value: string) => Object.assign(beside, { [name]: value }),
      addMetric: (name: string, unit: string, value: number) =>
        void written.push({ name, unit, value, dimensions, beside }),
    };
    return single as unknown as ReturnType<typeof metrics.singleMetric>; // the part of it that is used
  });
  return written;
}
