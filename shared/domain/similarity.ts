import type { Point } from './alignment.ts';
import type { ImageId } from './ids.ts';
import type { Part } from './inset.ts';
import type { Verdict } from './verdict.ts';

/** A picture of an answer, and why it is there. Fields carry their names on the wire. */
export interface JudgedPicture {
  image_id: ImageId;
  /** 0..1 */
  similarity_score: number;
  verdict: Verdict;
  reason: {
    sha256_equal: boolean;
    perceptual_distance: number;
    /** Cosines; what points away counts as 0. */
    copy_score: number;
    semantic_score: number;
    alignment?: { quad: Point[]; score: number; scale: number; rotation: number; mirrored: boolean };
    /** The part of the query that shows it, where that is not the whole. */
    query_region?: Part;
  };
}

/** What a search found, in the order of the reply: all that is costly to find out, and nothing that a look tells. */
export interface SimilarityAnswer {
  pictures: JudgedPicture[];
  /** Where there are none: why. */
  explanation?: Explanation;
}

/** Why a search found nothing: there is nothing to find, nothing passes its filters, or nothing is near enough. */
export const NOTHING_FOUND = ['library_empty', 'filters_exclude_all', 'below_threshold'] as const;

/** Fields carry their names on the wire. */
export interface Explanation {
  code: (typeof NOTHING_FOUND)[number];
  /** For people. */
  detail: string;
  /** 0..1, of the nearest picture that passes the filters. */
  nearest_score?: number;
}
