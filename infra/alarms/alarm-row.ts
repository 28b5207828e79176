import { Duration } from 'aws-cdk-lib';
import { type MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { dimensionSets, type EmittedName, METRICS_NAMESPACE, metricNamed } from '#shared/kernel/metrics.ts';
import type { PrometheusAlert } from './prometheus-alert.ts';

/** `page`: wakes someone. `ticket`: for the next working day. */
export type Severity = 'page' | 'ticket';

/** Values of each period, the newest last, of the metrics of an expression by their names; `value` without one. */
export type Samples = Readonly<Record<string, readonly (number | null)[]>>;

export interface AlarmRow {
  name: string;
  severity: Severity;
  /** The dashboard graph that shows it. */
  graph: string;
  /** The fault, for the person on call. */
  meaning: string;
  /** The section of docs/operate/alarms.md; by default the name. */
  runbook: string;
  /** Must have no label: CloudWatch would treat it as an expression. */
  metric: Metric | MathExpression;
  above: number;
  /** Consecutive periods of the metric; a period is a minute unless the metric says otherwise. */
  periods: number;
  /** The state where there are no data. Default: no alarm. */
  missing?: 'breaching';
  /** Sends nothing by itself: it is a part of a composite alarm. */
  partOf?: string;
  /** Series with which it fires, and with which it does not. */
  fires: Samples;
  quiet: Samples;
  /** The same alarm for those who run Prometheus. */
  prometheus?: PrometheusAlert;
}

/** An alarm that fires when all of its parts do. */
export interface CompositeRow {
  name: string;
  severity: Severity;
  meaning: string;
  runbook: string;
}

export const minute = Duration.minutes(1);

/** Returns a metric of our own, under one of the sets of dimensions that it is emitted with. */
export function ownMetric(
  name: EmittedName,
  dimensions: Record<string, string>,
  statistic = 'Sum',
  period = minute,
): Metric {
  const sets = dimensionSets(name);
  const given = Object.keys(dimensions).sort().join();
  if (!sets.some((set) => [...set].sort().join() === given))
    throw new Error(
      `${name} is not emitted by ${given}, but by ${sets.map((set) => set.join()).join(' or ')}.`,
    );
  for (const [dimension, value] of Object.entries(dimensions)) {
    const values = metricNamed(name).dimensions[dimension];
    if (Array.isArray(values) && !values.includes(value))
      throw new Error(`${name} has no ${dimension} ${value}.`);
  }
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName: name,
    dimensionsMap: dimensions,
    statistic,
    period,
  });
}

/** Returns a sample with the same value in each period. */
export const steady = (value: number | null, periods: number): { value: (number | null)[] } => ({
  value: Array.from({ length: periods }, () => value),
});

/** Returns the samples of an alarm on one metric: above its threshold all the time, and in all periods but the last. */
export function around(above: number, periods: number): Pick<AlarmRow, 'fires' | 'quiet'> {
  const high = above + 1;
  return {
    fires: steady(high, periods),
    quiet: { value: [...Array.from({ length: periods }, () => high), above] },
  };
}
