import type { Blobs } from '#shared/blobs/blobs.ts';
import { imagesIn } from '#shared/contracts/events/images-of.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { Stage } from '#shared/kernel/vocabulary.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import type { ImageStore } from './image-store.ts';
import { failImage, failureOf } from './reject-image.ts';

/** A message that was given up after its last delivery. */
export interface DeadLetter {
  /** The body, as it was received. */
  body: string;
  /** The step that gave it up. */
  stage: Stage;
  attempts: number;
}

/**
 * Writes into the picture's record that a step gave it up, and says `images.failed` with the message to try again
 * with.
 * @returns `unreadable` where no picture can be told from the message: the caller keeps it elsewhere
 */
export const recordFailure =
  (ports: {
    imageStore: ImageStore;
    blobs: Pick<Blobs, 'bucket'>;
    publisher: EventPublisher;
    now?: () => Date;
  }) =>
  async ({ body, stage, attempts }: DeadLetter): Promise<'recorded' | 'unreadable'> => {
    const message = parsed(body);
    const pictures = imagesIn(message);
    const problem = new Problem(
      'dependency_unavailable',
      `The step "${stage}" did not succeed in ${attempts} attempts. The picture can be tried again.`,
    );
    const failure = failureOf(stage, problem, attempts);
    for (const { tenant, image, correlationId = image } of pictures) {
      await failImage(ports)(tenant, image, failure, message, correlationId);
    }
    return pictures.length > 0 ? 'recorded' : 'unreadable';
  };

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
