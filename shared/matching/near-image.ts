import type { IndexedRecord } from '#shared/images/indexed-image.ts';
import type { Region } from '#shared/imaging/region.ts';
import type { Evidence, Judgement } from '#shared/matching/decision/decide.ts';
import type { Alignment } from '#shared/matching/geometry/alignment.ts';
import type { LocalDescriptors } from '#shared/matching/geometry/descriptor-matches.ts';

/** A stored image near the query, with its verdict, score and evidence. */
export interface NearImage extends Judgement {
  record: IndexedRecord;
  evidence: Evidence;
  alignment?: Alignment;
  /** The part of the query that shows the image, if not all of it. */
  queryRegion?: Region;
}

/** A near image while it is being verified. */
export interface MatchCandidate extends NearImage {
  /** Local descriptors of an uncertain candidate within the bounds. */
  descriptors?: LocalDescriptors;
  /** Geometry has been compared, with the upright query. */
  geometryVerified?: true;
}

export const isProven = ({ verdict }: NearImage): boolean => verdict !== 'similar';

/** The copy cosine; 0 if a vector is missing. */
export const copyCosine = ({ evidence }: NearImage): number => evidence.copy ?? 0;
