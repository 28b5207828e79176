import type { Blobs } from '#shared/blobs/blobs.ts';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import type { ModelManifest } from '#shared/embedding/manifest.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import type { Imaging } from '#shared/imaging/imaging.ts';
import type { Raster } from '#shared/imaging/raster.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { agrees, judge } from '#shared/matching/decision/decide.ts';
import { align, alignmentBy } from '#shared/matching/geometry/alignment.ts';
import { type Pyramid, pixelAgreement, pyramidOf } from '#shared/matching/registration/pixel-comparison.ts';
import type { Neighbour } from './match.ts';
import { cellsOf, type Probe } from './query-image.ts';

export interface PixelPorts {
  imageStore: Pick<ImageStore, 'getVectors'>;
  blobs: Pick<Blobs, 'get'>;
  imaging: Pick<Imaging, 'decodeModelImage'>;
}

/** The picture that models read of a stored one; undefined where it is not in the store (any more). */
export async function storedPixels(
  { blobs, imaging }: Pick<PixelPorts, 'blobs' | 'imaging'>,
  tenant: TenantId,
  image: ImageId,
): Promise<Raster | undefined> {
  const bytes = await blobs.get(tenant, objectKeys.modelImage(tenant, image));
  return bytes && imaging.decodeModelImage(bytes);
}

/**
 * Lays a stored picture upon the query, pixel by pixel.
 * @param share of the query's blocks that have to agree, 0..1
 * @returns how well they agree, -1..1, and the neighbour with where the query lies in it; undefined where either
 * picture is not to be had
 */
export type PixelLook = (
  neighbour: Neighbour,
  share: number,
) => Promise<{ agreement: number; neighbour: Neighbour } | undefined>;

export function pixelLook(
  ports: PixelPorts,
  tenant: TenantId,
  manifest: ModelManifest,
  probe: Probe,
): PixelLook {
  let query: Pyramid | undefined;
  return async (neighbour, share) => {
    const own = query ? undefined : await probe.picture?.();
    if (own) query = pyramidOf(own);
    const stored = query && (await storedPixels(ports, tenant, neighbour.record.image_id));
    if (!query || !stored) return undefined;
    const near = neighbour.alignment ?? (await alignmentOf(ports, tenant, manifest, probe, neighbour));
    const { agreement, quad } = pixelAgreement(query, pyramidOf(stored), {
      quads: near ? [near.quad] : [],
      share,
    });
    const lies = agrees(agreement) ? alignmentBy(quad, near?.score ?? 0, probe, neighbour.record) : near;
    return { agreement, neighbour: { ...neighbour, ...(lies && { alignment: lies }) } };
  };
}

/** The neighbour, judged by how well its pixels agree. */
export function agreeing(neighbour: Neighbour, agreement: number, manifest: ModelManifest): Neighbour {
  const evidence = { ...neighbour.evidence, agreement };
  return { ...neighbour, evidence, ...judge(evidence, manifest) };
}

/** Where the query lies in a stored picture, as far as cells tell it. */
async function alignmentOf(
  { imageStore }: PixelPorts,
  tenant: TenantId,
  manifest: ModelManifest,
  probe: Probe,
  { record }: Neighbour,
) {
  const cells = cellsOf(manifest, probe.embedding, probe);
  const vectors = cells && (await imageStore.getVectors(tenant, [record.image_id], manifest.name));
  const embedding = vectors?.get(record.image_id);
  const stored = embedding && cellsOf(manifest, embedding, record);
  return cells && stored && align(cells, stored);
}
