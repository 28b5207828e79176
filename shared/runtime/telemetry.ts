import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';

/** Structured JSON logs; service name and level come from Powertools' own variables. Never log a key, a token or image data. */
export const logger = new Logger();
/** CloudWatch metrics in the embedded metric format, namespace `DeepLens`. */
export const metrics = new Metrics({ namespace: 'DeepLens' });
export const tracer = new Tracer();

/** Counts for one alarm over all functions, without the dimension `service`, which would split the metric by function. */
export function countForAlarm(
  name: 'limits_unchecked' | 'usage_untold' | 'audit_refusals_dropped' | 'audit_outcome_lost',
  count = 1,
): void {
  const single = metrics.singleMetric();
  single.clearDefaultDimensions();
  single.addDimension('scope', 'all'); // the embedded metric format requires one
  single.addMetric(name, 'Count', count);
}
