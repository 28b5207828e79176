import type { Blobs } from '#shared/blobs/blobs.ts';
import type { ImageCatalog } from '#shared/catalog/images.ts';
import { align } from '#shared/domain/alignment.ts';
import type { ImageId, TenantId } from '#shared/domain/ids.ts';
import { objectKeys } from '#shared/domain/image.ts';
import { type Pixels, pixelAgreement } from '#shared/domain/pixel-agreement.ts';
import { agrees, isCrowded, judge } from '#shared/domain/verdict.ts';
import type { ModelManifest } from '#shared/embedding/manifest.ts';
import type { Imaging } from '#shared/imaging/imaging.ts';
import type { Neighbour } from './neighbour.ts';
import { cellsOf, type Probe } from './probe.ts';

export interface PixelPorts {
  catalog: Pick<ImageCatalog, 'getVectors'>;
  blobs: Pick<Blobs, 'get'>;
  imaging: Pick<Imaging, 'decodeModelPicture'>;
}

/** How many that seem to be copies, the nearest first, are laid upon the query at most: some 40 ms each. */
const MAX_LOOKS = 4;
/** A geometry score from which a look may prove what cells alone cannot; unrelated pictures seldom reach it. */
const WORTH_A_LOOK_FROM = 7;

/** The picture that models read of a stored one; undefined where it is not in the store (any more). */
export async function storedPixels(
  { blobs, imaging }: Pick<PixelPorts, 'blobs' | 'imaging'>,
  tenant: TenantId,
  image: ImageId,
): Promise<Pixels | undefined> {
  const bytes = await blobs.get(tenant, objectKeys.modelPicture(tenant, image));
  return bytes && imaging.decodeModelPicture(bytes);
}

/**
 * Lays stored pictures upon the query, pixel by pixel, where vectors and cells cannot decide, and judges them anew:
 *
 * - where several lie so near the query that they cannot all be told apart, those that seem to be copies, until one does
 *   not agree. Those beyond it are taken for look-alikes too: a tenant with many copies of one picture keeps them, one with
 *   many look-alikes is not flooded;
 * - where nothing is proven, the one whose cells come nearest to it.
 */
export const pixelLook =
  (ports: PixelPorts) =>
  async (
    tenant: TenantId,
    manifest: ModelManifest,
    probe: Probe,
    neighbours: readonly Neighbour[],
  ): Promise<readonly Neighbour[]> => {
    const doubts = doubtsAmong(neighbours, manifest);
    const query = doubts.length > 0 ? await probe.picture?.() : undefined;
    if (!query) return neighbours;
    const quads = await quadsOf(ports, tenant, manifest, probe, doubts.slice(0, MAX_LOOKS));
    const agreements = new Map<Neighbour, number>();
    let least = 1;
    for (const [position, neighbour] of doubts.slice(0, MAX_LOOKS).entries()) {
      const stored = await storedPixels(ports, tenant, neighbour.record.image_id);
      if (!stored) continue;
      least = Math.min(least, pixelAgreement(query, stored, quads[position] ?? []));
      agreements.set(neighbour, least);
      if (!agrees(least)) break;
    }
    if (agreements.size === 0) return neighbours;
    return neighbours.map((neighbour) => {
      if (!doubts.includes(neighbour)) return neighbour;
      const evidence = { ...neighbour.evidence, agreement: agreements.get(neighbour) ?? least };
      return { ...neighbour, evidence, ...judge(evidence, manifest) };
    });
  };

function doubtsAmong(neighbours: readonly Neighbour[], manifest: ModelManifest): Neighbour[] {
  const copies = neighbours.filter(({ verdict }) => verdict === 'edited_copy');
  const cosines = neighbours.map(({ evidence }) => evidence.copy ?? 0);
  if (copies.length > 0 && isCrowded(cosines, manifest))
    return copies.sort((one, other) => (other.evidence.copy ?? 0) - (one.evidence.copy ?? 0));
  if (neighbours.some(({ verdict }) => verdict !== 'similar')) return [];
  const [best] = neighbours
    .filter(({ alignment }) => alignment && alignment.score >= WORTH_A_LOOK_FROM)
    .sort((one, other) => (other.alignment?.score ?? 0) - (one.alignment?.score ?? 0));
  return best ? [best] : [];
}

/** Where the query lies in each of them, as far as cells tell it. */
async function quadsOf(
  { catalog }: PixelPorts,
  tenant: TenantId,
  manifest: ModelManifest,
  probe: Probe,
  looked: readonly Neighbour[],
) {
  const missing = looked.filter(({ alignment }) => !alignment).map(({ record }) => record.image_id);
  const vectors = missing.length > 0 ? await catalog.getVectors(tenant, missing, manifest.name) : new Map();
  const cells = cellsOf(manifest, probe.embedding, probe);
  return looked.map(({ alignment, record }) => {
    if (alignment) return [alignment.quad];
    const embedding = vectors.get(record.image_id);
    const stored = embedding && cellsOf(manifest, embedding, record);
    const found = cells && stored && align(cells, stored);
    return found ? [found.quad] : [];
  });
}
