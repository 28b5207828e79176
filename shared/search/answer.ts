import type { Region } from '#shared/imaging/region.ts';
import type { ImageId } from '#shared/kernel/ids.ts';
import type { NO_RESULT_REASONS, Verdict } from '#shared/kernel/vocabulary.ts';
import type { Point } from '#shared/matching/geometry/alignment.ts';

/** A picture of an answer, and why it is there. Fields carry their names on the wire. */
export interface JudgedImage {
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
    query_region?: Region;
  };
}

/** What a search found, in the order of the reply: all that is costly to find out, and nothing that a look tells. */
export interface SimilarityAnswer {
  pictures: JudgedImage[];
  /** Where there are none: why. */
  explanation?: Explanation;
}

/** Fields carry their names on the wire. */
export interface Explanation {
  code: (typeof NO_RESULT_REASONS)[number];
  /** For people. */
  detail: string;
  /** 0..1, of the nearest picture that passes the filters. */
  nearest_score?: number;
}
