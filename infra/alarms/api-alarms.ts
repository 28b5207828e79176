import { Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type AlarmRow, minute } from './alarm-row.ts';

/** Percent of the calls. */
const ERRORS = 5;
/** Seconds at the API for 95 % of calls. */
const LATENCY_P95 = 1;

/** Returns the alarms on what callers see. */
export const apiAlarms = (
  api: Pick<RestApi, 'metricServerError' | 'metricCount' | 'metricLatency'>,
): AlarmRow[] => [
  {
    name: 'HighErrorRate',
    severity: 'page',
    graph: 'API, 5xx in %',
    meaning: `More than ${ERRORS} % of the calls are answered with 5xx.`,
    runbook: 'HighErrorRate',
    metric: new MathExpression({
      expression: 'IF(calls > 0, 100 * errors / calls, 0)',
      usingMetrics: {
        errors: api.metricServerError({ period: minute, statistic: 'Sum' }),
        calls: api.metricCount({ period: minute, statistic: 'Sum' }),
      },
      period: minute,
    }),
    above: ERRORS,
    periods: 2,
    fires: { errors: [6, 6], calls: [100, 100] },
    quiet: { errors: [90, 5], calls: [100, 100] },
    prometheus: {
      alert: 'HighErrorRate',
      expr: 'sum(rate(http_requests_total{code="5xx"}[2m])) / sum(rate(http_requests_total[2m])) > 0.05',
      for: '2m',
      fires: {
        'http_requests_total{route="a",code="5xx"}': '0+6x20',
        'http_requests_total{route="a",code="2xx"}': '0+94x20',
      },
      quiet: {
        'http_requests_total{route="a",code="5xx"}': '0+5x20',
        'http_requests_total{route="a",code="2xx"}': '0+95x20',
      },
    },
  },
  {
    name: 'HighResponseTime',
    severity: 'ticket',
    graph: 'API, p95 s',
    meaning: `Of 100 calls, five take longer than ${LATENCY_P95} s.`,
    runbook: 'HighResponseTime',
    metric: new MathExpression({
      expression: 'p95 / 1000',
      usingMetrics: { p95: api.metricLatency({ period: minute, statistic: 'p95' }) },
      period: minute,
    }),
    above: LATENCY_P95,
    periods: 5,
    fires: { p95: [1_001, 1_200, 1_200, 1_200, 1_200] },
    quiet: { p95: [1_200, 1_200, 1_000, 1_200, 1_200] },
    prometheus: {
      alert: 'HighResponseTime',
      expr: 'histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[5m]))) > 1',
      for: '5m',
      fires: {
        'http_request_duration_seconds_bucket{route="a",le="1"}': '0+90x30',
        'http_request_duration_seconds_bucket{route="a",le="2.5"}': '0+100x30',
        'http_request_duration_seconds_bucket{route="a",le="+Inf"}': '0+100x30',
      },
      quiet: {
        'http_request_duration_seconds_bucket{route="a",le="1"}': '0+96x30',
        'http_request_duration_seconds_bucket{route="a",le="2.5"}': '0+100x30',
        'http_request_duration_seconds_bucket{route="a",le="+Inf"}': '0+100x30',
      },
    },
  },
];

/** Days until a certificate ends: ACM renews it 60 days before, if its validation still holds. */
const CERTIFICATE_DAYS = 30;

/** Returns the alarm on a certificate that was not renewed. */
export const certificateAlarm = (arn: string): AlarmRow => ({
  name: 'certificate-ends',
  severity: 'ticket',
  graph: 'Days that the certificate has passed',
  meaning: `The API's certificate ends in less than ${CERTIFICATE_DAYS} days: ACM could not renew it.`,
  runbook: 'certificate-ends',
  metric: new MathExpression({
    expression: `${CERTIFICATE_DAYS} - days`,
    usingMetrics: { days: daysToExpiry(arn) },
    period: Duration.days(1),
  }),
  above: 0,
  periods: 1,
  fires: { days: [29] },
  quiet: { days: [30] },
});

const daysToExpiry = (arn: string): Metric =>
  new Metric({
    namespace: 'AWS/CertificateManager',
    metricName: 'DaysToExpiry',
    dimensionsMap: { CertificateArn: arn },
    statistic: 'Minimum',
    period: Duration.days(1),
  });
