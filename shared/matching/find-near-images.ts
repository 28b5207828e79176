import type { ModelManifest } from '#shared/embedding/manifest.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { Candidate } from '#shared/vector-index/vector-index.ts';
import { compareVectors } from './compare-vectors.ts';
import { dropUnlikely } from './drop-unlikely.ts';
import {
  type MatchContext,
  type MatchOptions,
  type MatchPorts,
  openContext,
  type Step,
} from './match-context.ts';
import type { MatchCandidate, NearImage } from './near-image.ts';
import type { QueryImage } from './query-image.ts';
import { searchEmbeddedImage } from './search-embedded-image.ts';
import { searchIndex } from './search-index.ts';
import { tryOrientations } from './try-orientations.ts';
import { verifyAmbiguousByPixels } from './verify-ambiguous-by-pixels.ts';
import { verifyBestByPixels } from './verify-best-by-pixels.ts';
import { verifyByGeometry } from './verify-by-geometry.ts';

export interface NearImages {
  /** Candidates with their verdicts, in no particular order. */
  images: readonly NearImage[];
  /** The index's answer, without the query itself. */
  nearest: readonly Candidate[];
}

/** Finds the images near a query, with their verdicts: docs/verification.md. */
export const findNearImages =
  (ports: MatchPorts) =>
  async (
    tenant: TenantId,
    manifest: ModelManifest,
    query: QueryImage,
    options: MatchOptions,
  ): Promise<NearImages> => {
    const context = openContext(ports, tenant, manifest, query, options);
    const images = await findByWholeQuery(context);
    return { images, nearest: context.nearest };
  };

/** Retrieves candidates, judges them by their vectors, then runs the steps until one decides. */
const find =
  (steps: readonly Step[]) =>
  async (context: MatchContext): Promise<readonly MatchCandidate[]> => {
    const nearest = await searchIndex(context);
    const likely = dropUnlikely(context, nearest);
    let candidates = await compareVectors(context, likely);
    for (const step of steps) {
      if (context.isDecided) break;
      candidates = await step(context, candidates);
    }
    return candidates;
  };

const findByEmbeddedImage = find([
  verifyAmbiguousByPixels,
  verifyByGeometry,
  verifyAmbiguousByPixels,
  verifyBestByPixels,
]);

const findByWholeQuery = find([
  verifyAmbiguousByPixels, // copies by their vectors
  verifyByGeometry,
  searchEmbeddedImage(findByEmbeddedImage),
  tryOrientations,
  verifyAmbiguousByPixels, // copies by geometry
  verifyBestByPixels,
]);
