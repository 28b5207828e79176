import { replayEvents } from '#shared/contracts/http/events.ts';
import { getSwitches, putSwitches } from '#shared/contracts/http/switches.ts';
import { startEventReplay } from '#shared/event-archive/start-event-replay.ts';
import { idempotentOperatorGuards } from '#shared/guards/guards.ts';
import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import { sqsJobs } from '#shared/jobs/sqs-job-queue.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { operatorRoute } from '#shared/runtime/routes.ts';
import { dynamoSwitchStore } from '#shared/switches/dynamodb-switch-store.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const switches = dynamoSwitchStore({ table: env.ACTIVITY_TABLE });
const start = startEventReplay({
  jobs: dynamoJobStore({ table: env.ACTIVITY_TABLE }),
  queue: sqsJobs({ queueUrl: env.EVENT_REPLAYS_QUEUE_URL }),
});

export const handler = httpFunction(
  [
    operatorRoute(getSwitches, () => switches.get()),
    operatorRoute(putSwitches, async ({ body, recordChange }) => {
      const after = {
        degrade: [...new Set(body.degrade)],
        pause: [...new Set(body.pause)],
        changed_at: new Date().toISOString(),
      };
      const before = await switches.put(after);
      recordChange({ target: 'switches', before, after });
      return after;
    }),
    operatorRoute(replayEvents, async ({ body, recordChange }) => {
      const { job_id, status } = await start(body);
      recordChange({ target: job_id, after: body });
      return { job_id, status };
    }),
  ],
  idempotentOperatorGuards(env),
);
