import type { IndexedRecord } from '#shared/images/indexed-image.ts';
import type { Judgement } from '#shared/matching/decision/decide.ts';
import type { Evidence } from '#shared/matching/decision/evidence.ts';
import type { Alignment } from '#shared/matching/geometry/alignment.ts';
import type { LocalDescriptors } from '#shared/matching/geometry/descriptor-matches.ts';
import type { Changes } from './describe-changes.ts';

/** A stored image near the query, with its verdict, score and evidence. */
export interface NearImage extends Judgement {
  record: IndexedRecord;
  evidence: Evidence;
  /** From the query into the stored image. */
  alignment?: Alignment;
  /** Further alignments of a copy, if one of the images is a collage that shows the other one more than once. */
  elsewhere?: readonly Alignment[];
  /** The edits that explain the difference. Set for copies that were compared by pixels. */
  changes?: Changes;
}

/** A near image while it is being verified. */
export interface MatchCandidate {
  record: IndexedRecord;
  evidence: Evidence;
  /** Its cosine with the part of the query that is nearest to it, if the query shows other images. */
  regionCopy?: number | undefined;
  /** It is the nearest one to an image that the query shows. */
  nearestToShown?: true;
  /** Local descriptors, if it is to be aligned. */
  descriptors?: LocalDescriptors;
  alignment?: Alignment;
  /** Computes the rest of what its descriptors tell. Set if they were compared with the query's. */
  rarity?: () => Pick<Evidence, 'rareInlierScore' | 'variety'>;
  changes?: () => Changes;
  elsewhere?: () => readonly Alignment[];
}
