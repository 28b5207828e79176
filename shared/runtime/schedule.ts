import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import middy from '@middy/core';
import { logger, metrics, tracer } from './telemetry.ts';

/** A Lambda function that a schedule runs. It fails if one of its items failed, after the others were tried. */
export const scheduledFunction = ({
  run,
}: {
  run: (event: unknown) => Promise<{ removed: number; failed: number }>;
}) =>
  middy<unknown, void>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(logMetrics(metrics))
    .use(captureLambdaHandler(tracer, { captureResponse: false }))
    .handler(async (event) => {
      const { removed, failed } = await run(event);
      metrics.addMetric('removed', MetricUnit.Count, removed);
      if (failed > 0) throw new Error(`${failed} of ${removed + failed} items failed; see the log for each.`);
    });
