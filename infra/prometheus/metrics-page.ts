import { METRIC_NAMES, METRICS_NAMESPACE, type MetricName, metricNamed } from '#shared/kernel/metrics.ts';
import { alarmsOfAllKinds } from '../alarms/all-kinds.ts';

const SOURCES = {
  queues: 'exporter, from the queues',
  readiness: 'exporter, from `GET /v1/health/ready`',
} as const;

/** Returns docs/operate/metrics.md. */
export function metricsPage(): string {
  const rows = alarmsOfAllKinds();
  const alarmsOn = (name: MetricName): string[] =>
    rows.flatMap(({ name: alarm, metric, prometheus }) => {
      const words = JSON.stringify([metric, prometheus?.expr]).split(/[^a-z0-9_]+/);
      return words.includes(name) || words.includes(`${name}_bucket`) ? [`\`${alarm}\``] : [];
    });
  const lines = METRIC_NAMES.map((name) => {
    const { kind, unit, meaning, dimensions, from } = metricNamed(name);
    const labels = Object.entries(dimensions).map(([dimension, values]) =>
      typeof values === 'number'
        ? `\`${dimension}\` (at most ${values})`
        : `\`${dimension}\`: ${values.join(', ')}`,
    );
    const source = from ? ` (${SOURCES[from]})` : '';
    const alarms = [...new Set(alarmsOn(name))].join(', ') || 'dashboards';
    return `| \`${name}\` | ${kind}, ${unit} | ${labels.join('; ')} | ${meaning}${source} | ${alarms} |`;
  });
  return `<!-- Generated from shared/kernel/metrics.ts by \`npm run generate\`. Do not edit. -->
# Metrics

Our programs write their metrics into their logs, in CloudWatch's embedded metric format: CloudWatch has them in the namespace
\`${METRICS_NAMESPACE}\`, and \`npm start\` serves the same lines to Prometheus at \`/metrics\` ([prometheus.md](prometheus.md)). Only what
is listed here can be emitted. No dimension is a tenant or an id: each combination of values is a metric with a monthly price.
The tenant stands beside the value in its line, where Logs Insights can add up by it (the saved query \`busiest-tenants\`).

A \`distribution\` is a histogram in Prometheus: \`…_bucket\`, \`…_sum\`, \`…_count\`.

| metric | kind, unit | dimensions | meaning | used by |
|---|---|---|---|---|
${lines.join('\n')}
`;
}
