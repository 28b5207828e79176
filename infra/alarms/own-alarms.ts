import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { type AlarmRow, around, minute, ownMetric } from './alarm-row.ts';

const WHOLE = { scope: 'all' };
/** Days after which a tenant should have replaced a secret. */
const SECRET_DAYS = 365;
/** Seconds by which a delivery may be late. */
const WEBHOOK_LATE = 300;

/** Returns the alarms on what our programs count that must not happen. */
export const ownAlarms = (): AlarmRow[] => [
  {
    name: 'audit-altered',
    severity: 'page',
    graph: 'Audit log altered',
    meaning: 'An entry of the audit log was changed or removed; the archive has the original.',
    runbook: 'audit-altered',
    metric: ownMetric('audit_altered_total', WHOLE),
    above: 0.5,
    periods: 1,
    ...around(0.5, 1),
    prometheus: counted('AuditAltered', 'audit_altered_total'),
  },
  {
    name: 'audit-refusals-dropped',
    severity: 'ticket',
    graph: 'Refusals not in the audit log',
    meaning: 'A flood of refused calls: only the first of each minute are in the audit log.',
    runbook: 'audit-refusals-dropped',
    metric: ownMetric('audit_refusals_dropped_total', WHOLE),
    above: 0.5,
    periods: 1,
    ...around(0.5, 1),
    prometheus: counted('AuditRefusalsDropped', 'audit_refusals_dropped_total'),
  },
  {
    name: 'audit-outcome-lost',
    severity: 'ticket',
    graph: 'Changes without their outcome',
    meaning:
      'The audit log has changes as started only: the function’s log has each as "outcome not in the audit log", with the entry.',
    runbook: 'audit-outcome-lost',
    metric: ownMetric('audit_outcomes_lost_total', WHOLE),
    above: 0.5,
    periods: 1,
    ...around(0.5, 1),
    prometheus: counted('AuditOutcomeLost', 'audit_outcomes_lost_total'),
  },
  {
    name: 'limits-unchecked',
    severity: 'page',
    graph: 'Calls not limited or not metered',
    meaning: 'The limiter cannot reach its table: calls are admitted uncounted, images are refused.',
    runbook: 'limits-unchecked',
    metric: ownMetric('limiter_decisions_total', { outcome: 'unchecked' }),
    above: 5,
    periods: 2,
    ...around(5, 2),
    prometheus: {
      alert: 'LimiterFailsOpen',
      expr: 'sum(increase(limiter_decisions_total{outcome="unchecked"}[2m])) > 10',
      fires: { 'limiter_decisions_total{counter="requests",outcome="unchecked"}': '0+8x20' },
      quiet: { 'limiter_decisions_total{counter="requests",outcome="granted"}': '0+8x20' },
    },
  },
  {
    name: 'usage-untold',
    severity: 'ticket',
    graph: 'Calls not limited or not metered',
    meaning:
      'Calls were served and not metered: the log has each as "usage not published", to be counted later.',
    runbook: 'usage-untold',
    metric: ownMetric('usage_unmetered_total', WHOLE),
    above: 0.5,
    periods: 1,
    ...around(0.5, 1),
    prometheus: counted('UsageUnmetered', 'usage_unmetered_total'),
  },
  {
    name: 'webhook-oldest-due',
    severity: 'ticket',
    graph: 'Webhooks, how late, s',
    meaning: `A delivery has been due for more than ${WEBHOOK_LATE} s and was not attempted.`,
    runbook: 'webhook-oldest-due',
    metric: ownMetric('webhook_oldest_due_seconds', WHOLE, 'Maximum'),
    above: WEBHOOK_LATE,
    periods: 3,
    ...around(WEBHOOK_LATE, 3),
    prometheus: {
      alert: 'WebhookOldestDue',
      expr: 'max(webhook_oldest_due_seconds) > 300',
      for: '3m',
      fires: { 'webhook_oldest_due_seconds{scope="all"}': '301x20' },
      quiet: { 'webhook_oldest_due_seconds{scope="all"}': '300x20' },
    },
  },
  {
    name: 'secrets-old',
    severity: 'ticket',
    graph: 'Age of secrets in use, days',
    meaning: `A secret in use is older than ${SECRET_DAYS} days.`,
    runbook: 'secrets-old',
    metric: new MathExpression({
      expression: 'MAX([FILL(storage, 0), FILL(webhook, 0)])',
      usingMetrics: {
        storage: ownMetric('secret_age_days', { purpose: 'storage' }, 'Maximum', Duration.days(1)),
        webhook: ownMetric('secret_age_days', { purpose: 'webhook' }, 'Maximum', Duration.days(1)),
      },
      period: Duration.days(1),
    }),
    above: SECRET_DAYS,
    periods: 1,
    fires: { storage: [366], webhook: [null] },
    quiet: { storage: [365], webhook: [2] },
    prometheus: {
      alert: 'SecretsOld',
      expr: 'max(secret_age_days) > 365',
      fires: { 'secret_age_days{purpose="storage"}': '366x20' },
      quiet: { 'secret_age_days{purpose="storage"}': '365x20' },
    },
  },
];

/** The rule of a counter that must not count. */
const counted = (alert: string, counter: string) => ({
  alert,
  expr: `sum(increase(${counter}[5m])) > 0`,
  fires: { [`${counter}{scope="all"}`]: '0+1x20' },
  quiet: { [`${counter}{scope="all"}`]: '7x20' },
});

/** Returns the alarm on a worker that runs models on the CPU although it has a GPU. */
export const workerOnCpu = (): AlarmRow => ({
  name: 'worker-on-cpu',
  severity: 'page',
  graph: 'Batches on the CPU',
  meaning: 'A gpu-worker runs its models on the CPU, many times slower: its provider or its driver is wrong.',
  runbook: 'worker-on-cpu',
  metric: ownMetric('worker_batches_total', { provider: 'cpu' }, 'Sum', minute),
  above: 0.5,
  periods: 3,
  ...around(0.5, 3),
});
