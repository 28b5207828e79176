import type { Region } from '#shared/imaging/region.ts';
import type { ImageId } from '#shared/kernel/ids.ts';
import type { NO_RESULT_REASONS, Verdict } from '#shared/kernel/vocabulary.ts';
import type { Point } from '#shared/matching/geometry/alignment.ts';

/** A found image and the reason. Fields carry their names on the wire. */
export interface JudgedImage {
  image_id: ImageId;
  /** 0..1 */
  similarity_score: number;
  verdict: Verdict;
  reason: {
    sha256_equal: boolean;
    perceptual_distance: number;
    /** Cosines, 0..1; negative ones are 0. */
    copy_score: number;
    semantic_score: number;
    alignment?: { quad: Point[]; score: number; scale: number; rotation: number; mirrored: boolean };
    /** The part of the query that shows the image, if not all of it. */
    query_region?: Region;
  };
}

/** The expensive part of a reply, as it is cached: results in order, without records or links. */
export interface SimilarityAnswer {
  pictures: JudgedImage[];
  /** Present if there are no results. */
  explanation?: Explanation;
}

/** The reason for an empty result. Fields carry their names on the wire. */
export interface Explanation {
  code: (typeof NO_RESULT_REASONS)[number];
  /** For people. */
  detail: string;
  /** 0..1, of the nearest image that passes the filters. */
  nearest_score?: number;
}
