import type { IndexedRecord } from '#shared/images/indexed-image.ts';
import type { ImageId, QueryId } from '#shared/kernel/ids.ts';
import type { ImageFormat } from '#shared/kernel/vocabulary.ts';
import type { Changes } from '#shared/matching/describe-changes.ts';
import type { Alignment } from '#shared/matching/geometry/alignment.ts';
import type { NearImage } from '#shared/matching/near-image.ts';
import { inverseQuad } from '#shared/matching/registration/quad-transform.ts';
import type { Explanation, JudgedImage } from './answer.ts';
import type { GroupMembership } from './best-of-groups.ts';

/** The reply to a search. Fields carry their names on the wire. */
export interface SimilarityResults {
  query_id: QueryId;
  results: SimilarityResult[];
  explanation?: Explanation;
  total_results: number;
  processing_time_ms: number;
  model: string;
  cached: boolean;
}

export interface SimilarityResult extends JudgedImage, GroupMembership {
  external_id?: string;
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

/** Converts a near image to the part of a result that is cached. */
export const judgedImage = ({
  record,
  evidence,
  verdict,
  score,
  alignment,
  elsewhere = [],
  changes,
}: NearImage): JudgedImage => ({
  image_id: record.image_id,
  similarity_score: score,
  verdict,
  reason: {
    sha256_equal: evidence.sameBytes,
    perceptual_distance: evidence.perceptualDistance,
    copy_score: asScore(evidence.copy),
    semantic_score: asScore(evidence.semantic),
    ...(alignment &&
      verdict !== 'similar' && {
        alignment: wireAlignment(alignment),
        alignments: [alignment, ...elsewhere].map(wireAlignment),
        ...queryRegion(alignment),
      }),
    ...(changes && wireChanges(changes)),
  },
});

/** Adds the record's fields. Measured metadata takes precedence over the tenant's own keys. */
export const searchResult = (
  { image_id, ...judged }: JudgedImage,
  record: IndexedRecord,
  options: { includeMetadata: boolean; thumbnailUrl: (image: ImageId) => string },
): SimilarityResult => ({
  image_id,
  ...(record.external_id !== undefined && { external_id: record.external_id }),
  ...judged,
  file_path: record.file_path,
  storage_location: record.storage_location,
  ...(options.includeMetadata && { metadata: { ...record.metadata, ...measured(record) } }),
  thumbnail_url: options.thumbnailUrl(image_id),
});

/** Clamps to 0..1: rounding can lift the cosine of a vector with itself above 1. */
const asScore = (cosine = 0): number => Math.min(1, Math.max(0, cosine));

const measured = ({ width, height, file_size, format, created_at }: IndexedRecord) => ({
  width,
  height,
  file_size,
  format,
  created_at,
});

const wireAlignment = ({ quad, inlierScore, scale, rotation, mirrored }: Alignment) => ({
  quad: [...quad],
  score: inlierScore,
  scale,
  rotation,
  mirrored,
});

/** An image that is shown in less than this share of the query is named as a part of it. */
const PART = 0.8;

/** Returns the part of the query that shows the stored image, if that is not nearly all of it. */
function queryRegion({ quad }: Alignment): Pick<JudgedImage['reason'], 'query_region'> {
  const corners = inverseQuad(quad) ?? [];
  const [xs, ys] = [corners.map(({ x }) => clamped(x)), corners.map(({ y }) => clamped(y))];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(...xs) - x, Math.max(...ys) - y];
  return width * height > 0 && width * height < PART ? { query_region: { x, y, width, height } } : {};
}

const clamped = (share: number): number => Math.min(1, Math.max(0, share));

const wireChanges = (changes: Changes): Pick<JudgedImage['reason'], 'changes' | 'change_amounts'> => ({
  changes: [...new Set(changes.map(({ change }) => change))],
  change_amounts: Object.fromEntries(
    changes.flatMap(({ change, amount }) => (amount === undefined ? [] : [[change, amount]])),
  ),
});
