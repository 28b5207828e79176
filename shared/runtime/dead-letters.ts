import { z } from 'zod';
import type { Stage } from '#shared/kernel/vocabulary.ts';
import { each, queueFunction } from './queue.ts';
import { logger } from './telemetry.ts';

interface DeadLetter {
  body: string;
  stage: Stage;
  attempts: number;
}

/** No picture can be told from a message. It stays in the dead-letter queue, whose alarm calls a person. */
class UnreadableMessage extends Error {
  override readonly name = 'UnreadableMessage';
}

/**
 * A Lambda function behind the dead-letter queues: what it cannot record stays there.
 * @param stages the stage that each dead-letter queue belongs to, by the queue's name
 */
export const deadLetterFunction = (
  stages: Readonly<Record<string, Stage>>,
  record: (letter: DeadLetter) => Promise<'recorded' | 'unreadable'>,
) =>
  queueFunction({
    body: z.unknown(),
    run: each(async ({ body, queue, attempts }) => {
      const stage = stages[queue];
      if (!stage) throw new Error(`${queue} is not among the dead-letter queues of DEAD_LETTER_STAGES`);
      const outcome = await record({ body: JSON.stringify(body), stage, attempts });
      logger.info('dead letter', { stage, outcome });
      if (outcome === 'unreadable') throw new UnreadableMessage(stage);
    }),
  });
