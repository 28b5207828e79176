import type { StorageObject } from '#shared/connectors/connector.ts';
import { type ImageId, type JobId, newImageId } from '#shared/kernel/ids.ts';
import type { ProblemCode } from '#shared/kernel/problems.ts';
import type { CatalogueChange, CatalogueEntry } from './catalogue.ts';

/** The scan that compares. */
export interface Comparing {
  job: JobId;
  /** The number that it has once it is complete. */
  number: number;
  /** Also reads objects again that failed for a reason of their own. */
  full: boolean;
}

/** What a listed object is to a scan. */
export interface Compared {
  kind: 'new' | 'changed' | 'same';
  /** To be sent to be imported, as this image; already written if `change` is absent. */
  image?: ImageId;
  change?: CatalogueChange;
  /** The image of an import that an earlier job left behind: it is to be purged first. */
  leftover?: ImageId;
  /** It was missing, and is there again with the same content. */
  restored?: true;
}

/**
 * Compares a listed object with what the catalogue has of it. Compared again by the same job, it is what it was before, so
 * that a page which is read again after an interruption counts the same and queues nothing twice.
 */
export function compareObject(
  { job, number, full }: Comparing,
  object: StorageObject,
  before: CatalogueEntry | undefined,
): Compared {
  const sameContent =
    before !== undefined && before.changeToken === object.changeToken && before.size === object.size;
  if (before && sameContent && before.job === job && before.as) {
    const { pending } = before;
    return { kind: before.as, ...(before.state === 'queued' && pending && { image: pending }) };
  }
  if (before && sameContent && before.state !== 'queued' && !isToRetry(before, full))
    return sameObject(before, number);
  const image = newImageId();
  return {
    kind: before?.image ? 'changed' : 'new',
    image,
    ...(before?.pending && { leftover: before.pending }),
    change: { before, after: queuedEntry(job, object, before, image) },
  };
}

/** Failures that the same bytes meet again. */
const OF_THE_BYTES: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'event_too_large',
  'low_detail',
  'payload_too_large',
  'reading_limit_exceeded',
  'too_many_frames',
  'too_many_pixels',
  'truncated',
  'type_mismatch',
  'unreadable_image',
  'unsupported_media_type',
]);

/** A failure of the pipeline is retried by its image; one of the bytes only if the caller asks. */
const isToRetry = ({ state, unread, failure }: CatalogueEntry, full: boolean): boolean =>
  state === 'failed' && unread === true && (full || failure === undefined || !OF_THE_BYTES.has(failure));

function sameObject(before: CatalogueEntry, number: number): Compared {
  const { absentSince, missingSince, ...rest } = before;
  if (before.state === 'missing')
    return { kind: 'same', restored: true, change: { before, after: { ...rest, state: 'indexed' } } };
  if (absentSince === undefined && (before.seen === undefined || before.seen >= number))
    return { kind: 'same' };
  return { kind: 'same', change: { before, after: rest } };
}

/** Returns the entry of an object that is sent to be imported: its images so far are replaced once the new one is indexed. */
export function queuedEntry(
  job: JobId,
  { key, size, changeToken }: Pick<StorageObject, 'key' | 'size' | 'changeToken'>,
  before: CatalogueEntry | undefined,
  image: ImageId,
): CatalogueEntry {
  const replaced = [...(before?.replaced ?? []), ...(before?.image ? [before.image] : [])];
  const back = before?.state === 'queued' ? before.before : before;
  return {
    ...{ key, size, changeToken, state: 'queued', pending: image, job },
    as: before?.image ? 'changed' : 'new',
    ...(before?.image && { image: before.image }),
    ...(replaced.length > 0 && { replaced: [...new Set(replaced)] }),
    ...(back && { before: { size: back.size, changeToken: back.changeToken, state: back.state } }),
    revision: before?.revision ?? 0,
  };
}

/** Returns what the catalogue is to say of an object that a scan did not meet. */
export function compareAbsent(number: number, before: CatalogueEntry): CatalogueChange | undefined {
  if (before.state === 'missing' || before.state === 'queued' || before.absentSince !== undefined)
    return undefined;
  // Without an image, nothing is to be protected.
  return { before, after: before.image === undefined ? undefined : { ...before, absentSince: number } };
}

/** Returns true if an object is missing to a scan: an earlier complete one did not meet it either. */
export const isGone = (number: number, { state, absentSince }: CatalogueEntry): boolean =>
  state !== 'missing' && state !== 'queued' && absentSince !== undefined && absentSince < number;

/** Compares keys by their UTF-8 bytes. */
export const compareKeys = (one: string, other: string): number =>
  Buffer.compare(Buffer.from(one), Buffer.from(other));
