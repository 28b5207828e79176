import * as z from 'zod';
import type { Stage } from '#shared/kernel/vocabulary.ts';
import { each, queueFunction } from './queue.ts';
import { logger } from './telemetry.ts';

interface DeadLetter {
  body: string;
  stage: Stage;
  attempts: number;
}

/** A message that names no image. It stays in the dead-letter queue, which has an alarm. */
class UnreadableMessage extends Error {
  override readonly name = 'UnreadableMessage';
}

/**
 * A Lambda function behind the dead-letter queues; messages that it cannot record stay there.
 * @param stages the stage of each dead-letter queue, by queue name
 */
export const deadLetterFunction = (
  stages: Readonly<Record<string, Stage>>,
  record: (letter: DeadLetter) => Promise<'recorded' | 'unreadable'>,
) =>
  queueFunction({
    body: z.unknown(),
    run: each(async ({ body, queue, attempts }) => {
      const stage = stages[queue];
      if (!stage) throw new Error(`${queue} is missing from DEAD_LETTER_STAGES`);
      const outcome = await record({ body: JSON.stringify(body), stage, attempts });
      logger.info('dead letter', { stage, outcome });
      if (outcome === 'unreadable') throw new UnreadableMessage(stage);
    }),
  });
