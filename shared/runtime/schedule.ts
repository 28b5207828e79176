import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { emit } from './emit.ts';
import { stepOf } from './step.ts';
import { logger } from './telemetry.ts';

/** A Lambda function that a schedule runs. It fails if one of its items failed, after the others were tried. */
export const scheduledFunction = ({
  run,
}: {
  run: (event: unknown) => Promise<{ removed: number; failed: number }>;
}) =>
  middy<unknown, void>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .handler(async (event, { functionName }) => {
      const step = stepOf(functionName);
      const { removed, failed } = await run(event);
      emit('scheduled_items_total', removed, { step, outcome: 'done' });
      if (failed > 0) emit('scheduled_items_total', failed, { step, outcome: 'failed' });
      if (failed > 0) throw new Error(`${failed} of ${removed + failed} items failed; see the log for each.`);
    });
