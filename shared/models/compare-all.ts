import type { Position } from '#shared/jobs/job.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { type ComparePorts, type Comparison, comparePage } from './compare-page.ts';
import { added, nextPass, type Visit } from './task.ts';

/** Passes that find something to mend: the second one finds what changed meanwhile. */
const MOST_PASSES = 5;
const SAMPLED = 30;

/**
 * Goes through a tenant's pictures by the page, and through them again until a pass finds nothing to mend.
 * @returns at the end `met`, what the last pass found, and a sample of the pictures
 * @throws Problem `conflict` where there is always something
 */
export const compareAll =
  (ports: ComparePorts) =>
  async (
    tenant: TenantId,
    comparison: Comparison,
    position: Position,
    now: Date,
  ): Promise<Omit<Visit, 'position'> & { position: Position; done: boolean }> => {
    const { cursor, above, met: before, passes } = position;
    const { found, records, next } = await comparePage(ports)(tenant, comparison, { cursor, above });
    const met = added(before, found);
    const ids = records
      .filter(({ models }) => models.includes(comparison.model))
      .map((each) => each.image_id);
    const sample = sampleOf([...(position.sample ?? []), ...ids]);
    const { pictures, unembedded, ...wrong } = found;
    const progress = { ...wrong, ...(passes === 0 && { pictures, unembedded }) };
    if (next) return { position: { ...position, ...next, met, sample }, done: false, progress };
    const left = comparison.mend ? (met.missing ?? 0) + (met.extra ?? 0) + (met.stale ?? 0) : 0;
    if (left === 0) return { position: { ...position, met, sample }, done: true, progress };
    if (passes >= MOST_PASSES) {
      throw new Problem(
        'conflict',
        `The index of ${comparison.model} does not become what the imageStore says of ${tenant}: ${left} documents differ after ${passes} attempts.`,
      );
    }
    return { position: { ...nextPass(position, now), sample }, done: false, progress };
  };

/** The same pictures whatever order they come in: those whose random parts of the id are least. */
const sampleOf = (images: readonly ImageId[]): ImageId[] =>
  [...new Set(images)].sort((one, other) => (key(one) < key(other) ? -1 : 1)).slice(0, SAMPLED);

/** The last 16 characters of a ULID are random. */
const key = (image: ImageId): string => image.slice(-16);
