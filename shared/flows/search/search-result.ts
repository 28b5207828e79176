import type { Alignment, Point } from '#shared/domain/alignment.ts';
import type { ImageId, QueryId } from '#shared/domain/ids.ts';
import type { ImageFormat } from '#shared/domain/image.ts';
import type { Part } from '#shared/domain/inset.ts';
import type { Verdict } from '#shared/domain/verdict.ts';
import type { Neighbour } from './neighbour.ts';

/** The reply to a search. Fields carry their names on the wire. */
export interface SimilarityResults {
  query_id: QueryId;
  results: SimilarityResult[];
  total_results: number;
  processing_time_ms: number;
  model: string;
  cached: boolean;
}

export interface SimilarityResult {
  image_id: ImageId;
  external_id?: string;
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
  file_path: string;
  storage_location: string;
  metadata?: {
    width: number;
    height: number;
    file_size: number;
    format: ImageFormat;
    created_at: string;
    [key: string]: string | string[] | number;
  };
  thumbnail_url: string;
}

/** A neighbour as the caller reads it. The tenant's own metadata never hides what we measured. */
export function searchResult(
  { record, evidence, verdict, score, alignment, part }: Neighbour,
  options: { includeMetadata: boolean; thumbnailUrl: (image: ImageId) => string },
): SimilarityResult {
  return {
    image_id: record.image_id,
    ...(record.external_id !== undefined && { external_id: record.external_id }),
    similarity_score: score,
    verdict,
    reason: {
      sha256_equal: evidence.sameBytes,
      perceptual_distance: evidence.perceptualDistance,
      copy_score: asScore(evidence.copy),
      semantic_score: asScore(evidence.semantic),
      ...(alignment && verdict !== 'similar' && { alignment: shown(alignment) }),
      ...(part && { query_region: part }),
    },
    file_path: record.file_path,
    storage_location: record.storage_location,
    ...(options.includeMetadata && { metadata: { ...record.metadata, ...measured(record) } }),
    thumbnail_url: options.thumbnailUrl(record.image_id),
  };
}

/** Rounding can lift the cosine of a vector with itself above 1. */
const asScore = (cosine = 0): number => Math.min(1, Math.max(0, cosine));

const measured = ({ width, height, file_size, format, created_at }: Neighbour['record']) => ({
  width,
  height,
  file_size,
  format,
  created_at,
});

/** The transform itself stays inside: the quad says the same in the picture's own terms. */
const shown = ({ quad, score, scale, rotation, mirrored }: Alignment) => ({
  quad: [...quad],
  score,
  scale,
  rotation,
  mirrored,
});
