import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';

/** Structured JSON logs; service name and level come from Powertools' own variables. Never log a key, a token or a picture. */
export const logger = new Logger();
/** CloudWatch metrics in the embedded metric format, namespace `DeepLens`. */
export const metrics = new Metrics({ namespace: 'DeepLens' });
export const tracer = new Tracer();

/** Counts what one alarm watches over all functions: by the dimension `service`, each would have a metric of its own. */
export function countForAlarm(name: 'limits_unchecked' | 'usage_untold'): void {
  const single = metrics.singleMetric();
  single.clearDefaultDimensions();
  single.addDimension('scope', 'all'); // the embedded metric format asks for one
  single.addMetric(name, 'Count', 1);
}
