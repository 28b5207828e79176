import type { Position } from '#shared/jobs/job.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { nextPass, sumByKind, type Visit } from './model-task.ts';
import { type Comparison, type ReconcilePorts, reconcilePage } from './reconcile-page.ts';

/** Passes that find something to repair; the second one finds what changed during the first. */
const MAX_PASSES = 5;
const SAMPLE_SIZE = 30;

/**
 * Reconciles the next page of a tenant's images with the index, in as many passes as it takes for one to find nothing
 * to repair.
 * @returns when done, `met`: the counts of the last pass, and a sample of the images
 * @throws Problem `conflict` if every pass finds something
 */
export const reconcileAll =
  (ports: ReconcilePorts) =>
  async (
    tenant: TenantId,
    comparison: Comparison,
    position: Position,
    now: Date,
  ): Promise<Omit<Visit, 'position'> & { position: Position; done: boolean }> => {
    const { cursor, above, met: before, passes } = position;
    const { differences, records, next } = await reconcilePage(ports)(tenant, comparison, { cursor, above });
    const met = sumByKind(before, differences);
    const embedded = records
      .filter(({ models }) => models.includes(comparison.model))
      .map((each) => each.image_id);
    const sample = sampleOf([...(position.sample ?? []), ...embedded]);
    const { pictures, unembedded, ...wrong } = differences;
    const progress = { ...wrong, ...(passes === 0 && { pictures, unembedded }) };
    if (next) return { position: { ...position, ...next, met, sample }, done: false, progress };
    const repaired = comparison.repair ? (met.missing ?? 0) + (met.extra ?? 0) + (met.stale ?? 0) : 0;
    if (repaired === 0) return { position: { ...position, met, sample }, done: true, progress };
    if (passes >= MAX_PASSES) {
      throw new Problem(
        'conflict',
        `The index of ${comparison.model} still differs from the image store of ${tenant} by ${repaired} documents after ${passes} repairs.`,
      );
    }
    return { position: { ...nextPass(position, now), sample }, done: false, progress };
  };

/** Samples the images with the smallest random parts of their ids: the same ones in any order of arrival. */
const sampleOf = (images: readonly ImageId[]): ImageId[] =>
  [...new Set(images)]
    .sort((one, other) => (randomPart(one) < randomPart(other) ? -1 : 1))
    .slice(0, SAMPLE_SIZE);

/** The last 16 characters of a ULID are random. */
const randomPart = (image: ImageId): string => image.slice(-16);
