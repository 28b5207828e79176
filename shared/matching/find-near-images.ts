import type { ModelManifest } from '#shared/embedding/manifest.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { decide } from '#shared/matching/decision/decide.ts';
import type { Candidate } from '#shared/vector-index/vector-index.ts';
import { compareVectors, nearestToAlign } from './compare-vectors.ts';
import { dropUnlikely } from './drop-unlikely.ts';
import type { MatchContext, MatchOptions, MatchPorts } from './match-context.ts';
import type { NearImage } from './near-image.ts';
import { type PixelImage, pixelImage } from './pixel-image.ts';
import type { QueryImage } from './query-image.ts';
import { searchIndex } from './search-index.ts';
import { verifyByGeometry } from './verify-by-geometry.ts';
import { verifyByPixels } from './verify-by-pixels.ts';
import { verifyKnownCopies } from './verify-known-copies.ts';

export interface NearImages {
  /** Candidates with their verdicts, in no particular order. */
  images: readonly NearImage[];
  /** The index's answer, without the query itself. */
  nearest: readonly Candidate[];
}

/** Finds the images near a query, with their verdicts: docs/verification.md. A verdict depends on its pair alone. */
export const findNearImages =
  (ports: MatchPorts) =>
  async (
    tenant: TenantId,
    manifest: ModelManifest,
    query: QueryImage,
    options: MatchOptions,
  ): Promise<NearImages> => {
    const context: MatchContext = {
      ...{ ports, tenant, manifest, query, options },
      queryPixels: options.withoutPixels ? async () => undefined : pixelsOnce(query),
    };
    const nearest = await searchIndex(context);
    const likely = dropUnlikely(context, nearest);
    const compared = await compareVectors(context, likely, nearestToAlign(context, likely));
    const aligned = verifyByGeometry(context, compared);
    const verified = await verifyKnownCopies(context, await verifyByPixels(context, aligned));
    const images = verified.map(({ record, evidence, alignment, changes, elsewhere }): NearImage => {
      const judgement = decide(evidence, manifest);
      const isCopy = judgement.verdict === 'edited_copy';
      return {
        ...{ record, evidence, ...judgement },
        ...(alignment && { alignment }),
        ...(isCopy && changes && { changes: changes() }),
        ...(isCopy && elsewhere && { elsewhere: elsewhere() }),
      };
    });
    return { images, nearest };
  };

function pixelsOnce(query: QueryImage): () => Promise<PixelImage | undefined> {
  const read = async () => {
    const raster = await query.modelImage?.();
    return raster && pixelImage(query, raster);
  };
  let pixels: ReturnType<typeof read> | undefined;
  return () => {
    pixels ??= read();
    return pixels;
  };
}
