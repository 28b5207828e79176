import { Metrics } from '@aws-lambda-powertools/metrics';
import {
  type DimensionsOf,
  dimensionSets,
  type EmittedName,
  METRICS_NAMESPACE,
  metricNamed,
} from '#shared/kernel/metrics.ts';

/** Writes metrics in CloudWatch's embedded metric format: a log line each, no call. */
export const metrics = new Metrics({
  namespace: METRICS_NAMESPACE,
  // It would warn of a dimension that is in two sets, at each value; the registry means it so.
  logger: { debug() {}, info() {}, warn() {}, error() {} },
});
metrics.clearDefaultDimensions(); // `service` would split a metric by function

/** What stands beside a value in its log line, for Logs Insights: it makes no metric of its own. */
interface Beside {
  tenant_id?: string;
}

/**
 * Emits a value of a registered metric. A value of a dimension that is not registered, or beyond its bound, becomes `other`.
 * Does nothing for values that are no finite number.
 */
export function emit<Name extends EmittedName>(
  name: Name,
  value: number,
  dimensions: DimensionsOf<Name>,
  beside: Beside = {},
): void {
  if (!Number.isFinite(value)) return;
  const { unit } = metricNamed(name);
  const given = new Map<string, string>(Object.entries(dimensions));
  for (const set of dimensionSets(name))
    metrics.addDimensions(
      Object.fromEntries(set.map((each) => [each, bounded(name, each, given.get(each) ?? 'other')])),
    );
  for (const [key, text] of Object.entries(beside)) metrics.addMetadata(key, text);
  metrics.addMetric(name, unit, value);
  metrics.publishStoredMetrics(); // at once, and forgotten. `singleMetric()` would make a console for each value
}

/** Values seen of dimensions whose values are named elsewhere. */
const seen = new Map<string, Set<string>>();

/** Keeps the number of metrics bounded, whatever a caller passes. */
function bounded(name: EmittedName, dimension: string, value: string): string {
  const values = metricNamed(name).dimensions[dimension] ?? [];
  if (typeof values !== 'number') return values.includes(value) ? value : 'other';
  const known = seen.get(`${name} ${dimension}`) ?? new Set<string>();
  seen.set(`${name} ${dimension}`, known);
  if (!known.has(value) && known.size >= values) return 'other';
  known.add(value);
  return value;
}
