import { Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { FRESHNESS_SECONDS, OBJECTIVES } from '#shared/kernel/service-levels.ts';
import { type AlarmRow, around, type CompositeRow, ownMetric } from './alarm-row.ts';

type Api = Pick<RestApi, 'metricServerError' | 'metricCount'>;
const BUDGET = 1 - OBJECTIVES.availability;

/** The pairs of windows of the SRE workbook: how fast the budget burns, over a long window and still over a short one. */
const BURNS = [
  {
    name: 'availability-burns-fast',
    severity: 'page' as const,
    factor: 14.4,
    windows: [
      { suffix: '1h', period: Duration.hours(1), range: '1h' },
      { suffix: '5m', period: Duration.minutes(5), range: '5m' },
    ],
    spent: '2 % of the budget of 30 days within an hour',
  },
  {
    name: 'availability-burns',
    severity: 'page' as const,
    factor: 6,
    windows: [
      { suffix: '6h', period: Duration.hours(6), range: '6h' },
      { suffix: '30m', period: Duration.minutes(30), range: '30m' },
    ],
    spent: '5 % of the budget of 30 days within six hours',
  },
];

const burn = (range: string) =>
  `sum(rate(http_requests_total{code="5xx"}[${range}])) / sum(rate(http_requests_total{code!="429"}[${range}]))`;

/** Returns the composite alarms on the budget of availability. */
export const burnRates = (): CompositeRow[] =>
  BURNS.map(({ name, severity, factor, spent }) => ({
    name,
    severity,
    meaning: `Callers get 5xx ${factor} times as often as the objective of availability allows: ${spent}.`,
    runbook: 'availability-burns',
  }));

/** Returns the alarms that burn rates consist of: one for each window. */
export const burnWindows = (api: Api): AlarmRow[] =>
  BURNS.flatMap(({ name, severity, factor, windows, spent }) =>
    windows.map(({ suffix, period }, position): AlarmRow => {
      const threshold = Math.round(factor * BUDGET * 1e6) / 1e6;
      return {
        name: `${name}-${suffix}`,
        severity,
        graph: 'Availability, share of 5xx',
        meaning: `More than ${factor} times the budget's share of calls is answered with 5xx: ${spent}.`,
        runbook: 'availability-burns',
        metric: new MathExpression({
          expression: 'IF(calls > 0, errors / calls, 0)',
          usingMetrics: {
            errors: api.metricServerError({ period, statistic: 'Sum' }),
            calls: api.metricCount({ period, statistic: 'Sum' }),
          },
          period,
        }),
        above: threshold,
        periods: 1,
        partOf: name,
        fires: { errors: [threshold * 10_000 + 1], calls: [10_000] },
        quiet: { errors: [threshold * 10_000 - 1], calls: [10_000] },
        ...(position === 0 && { prometheus: burnRule(name, factor, windows) }),
      };
    }),
  );

function burnRule(name: string, factor: number, [long, short]: readonly { range: string }[]) {
  const share = factor * BUDGET;
  const above = `${Number(share.toFixed(6))}`;
  const alert = name === 'availability-burns' ? 'AvailabilityBurns' : 'AvailabilityBurnsFast';
  const series = (errors: number) => ({
    'http_requests_total{route="a",code="5xx"}': `0+${errors}x800`,
    'http_requests_total{route="a",code="2xx"}': `0+${10_000 - errors}x800`,
  });
  return {
    alert,
    expr: `${burn(long?.range ?? '')} > ${above} and ${burn(short?.range ?? '')} > ${above}`,
    fires: series(Math.round(share * 10_000) + 10),
    quiet: series(Math.round(share * 10_000) - 10),
  };
}

const quarter = Duration.minutes(15);

/** Returns the alarms on the objectives of searches, images and webhooks. */
export const objectiveAlarms = (): AlarmRow[] => [
  {
    name: 'search-slow',
    severity: 'ticket',
    graph: 'Searches, p95 ms',
    meaning: `Of 100 searches, five take longer than ${OBJECTIVES.searchP95Ms} ms.`,
    runbook: 'search-slow',
    metric: ownMetric('search_operations_duration_ms', { operation: 'searchSimilarity' }, 'p95', quarter),
    above: OBJECTIVES.searchP95Ms,
    periods: 2,
    ...around(OBJECTIVES.searchP95Ms, 2),
    prometheus: {
      alert: 'SearchSlow',
      expr: `histogram_quantile(0.95, sum by (le) (rate(search_operations_duration_ms_bucket{operation="searchSimilarity"}[15m]))) > ${OBJECTIVES.searchP95Ms}`,
      for: '15m',
      fires: buckets('search_operations_duration_ms', 'operation="searchSimilarity"', '500', '1000', 90),
      quiet: buckets('search_operations_duration_ms', 'operation="searchSimilarity"', '500', '1000', 97),
    },
  },
  {
    name: 'images-late',
    severity: 'ticket',
    graph: 'Freshness of indexed images, p99 s',
    meaning: `Of 100 images, one takes longer than ${FRESHNESS_SECONDS} s from its upload into the index.`,
    runbook: 'images-late',
    metric: ownMetric('freshness_seconds', { stage: 'indexed' }, 'p99', quarter),
    above: FRESHNESS_SECONDS,
    periods: 2,
    ...around(FRESHNESS_SECONDS, 2),
    prometheus: {
      alert: 'ImagesLate',
      expr: `histogram_quantile(0.99, sum by (le) (rate(freshness_seconds_bucket{stage="indexed"}[15m]))) > ${FRESHNESS_SECONDS}`,
      for: '15m',
      fires: buckets('freshness_seconds', 'stage="indexed"', '300', '600', 90),
      quiet: buckets('freshness_seconds', 'stage="indexed"', '300', '600', 100),
    },
  },
  {
    name: 'webhooks-late',
    severity: 'ticket',
    graph: 'Webhooks, first attempt, p99 s',
    meaning: `Of 100 events, one takes longer than ${OBJECTIVES.webhookSeconds} s until it is first sent.`,
    runbook: 'webhooks-late',
    metric: ownMetric('webhook_first_attempt_seconds', { scope: 'all' }, 'p99', quarter),
    above: OBJECTIVES.webhookSeconds,
    periods: 2,
    ...around(OBJECTIVES.webhookSeconds, 2),
    prometheus: {
      alert: 'WebhooksLate',
      expr: `histogram_quantile(0.99, sum by (le) (rate(webhook_first_attempt_seconds_bucket[15m]))) > ${OBJECTIVES.webhookSeconds}`,
      for: '15m',
      fires: buckets('webhook_first_attempt_seconds', 'scope="all"', '30', '60', 90),
      quiet: buckets('webhook_first_attempt_seconds', 'scope="all"', '30', '60', 100),
    },
  },
];

/** @param within of 100 values a minute, how many are within the first bound */
const buckets = (name: string, labels: string, bound: string, next: string, within: number) => ({
  [`${name}_bucket{${labels},le="${bound}"}`]: `0+${within}x80`,
  [`${name}_bucket{${labels},le="${next}"}`]: '0+100x80',
  [`${name}_bucket{${labels},le="+Inf"}`]: '0+100x80',
});
