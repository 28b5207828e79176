import type { Blobs } from '#shared/blobs/blobs.ts';
import { referencedImages } from '#shared/contracts/events/referenced-images.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { Stage } from '#shared/kernel/vocabulary.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import type { ImageStore } from './image-store.ts';
import { failImage, failureOf } from './reject-image.ts';

interface Ports {
  imageStore: ImageStore;
  blobs: Pick<Blobs, 'bucket'>;
  publisher: EventPublisher;
  now?: () => Date;
}

/** A message whose last delivery failed. */
export interface DeadLetter {
  /** The body as received. */
  body: string;
  stage: Stage;
  attempts: number;
  /** By default `dependency_unavailable`. */
  code?: 'internal_error';
}

/**
 * Records the failure with each image that the message refers to, and publishes `images.failed` with the message, for a
 * retry.
 * @returns `unreadable` if the message refers to no image: the caller stores it elsewhere
 */
export const recordFailure =
  (ports: Ports) =>
  async ({ body, stage, attempts, code }: DeadLetter): Promise<'recorded' | 'unreadable'> => {
    const message = parsed(body);
    const references = referencedImages(message);
    const problem = new Problem(
      code ?? 'dependency_unavailable',
      `The step "${stage}" did not succeed in ${attempts} attempts. The image can be retried.`,
    );
    const failure = failureOf(stage, problem, attempts);
    for (const { tenant, image, correlationId = image } of references) {
      await failImage(ports)(tenant, image, failure, message, correlationId);
    }
    return references.length > 0 ? 'recorded' : 'unreadable';
  };

/** Records that no attempt at a parsed message succeeded, and that no dependency explains it. */
export const recordGivenUp = (ports: Ports, stage: Stage) => {
  const record = recordFailure(ports);
  return ({ body, attempts }: { body: unknown; attempts: number }) =>
    record({ body: JSON.stringify(body), stage, attempts, code: 'internal_error' });
};

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
