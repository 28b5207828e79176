import type { Blobs } from '#shared/blobs/blobs.ts';
import type { ImageCatalog } from '#shared/catalog/images.ts';
import { align, alignmentBy, type PictureCells } from '#shared/domain/alignment.ts';
import type { ImageId, TenantId } from '#shared/domain/ids.ts';
import { objectKeys } from '#shared/domain/image.ts';
import { type Pixels, pixelAgreement, pyramidOf } from '#shared/domain/pixel-agreement.ts';
import { isSelfAlike } from '#shared/domain/self-likeness.ts';
import { agrees, blocksToAgree, isCrowded, isWorthTurning, judge } from '#shared/domain/verdict.ts';
import type { ModelManifest } from '#shared/embedding/manifest.ts';
import type { Imaging } from '#shared/imaging/imaging.ts';
import type { Neighbour } from './neighbour.ts';
import { cellsOf, type Probe } from './probe.ts';

export interface PixelPorts {
  catalog: Pick<ImageCatalog, 'getVectors'>;
  blobs: Pick<Blobs, 'get'>;
  imaging: Pick<Imaging, 'decodeModelPicture'>;
}

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
 * - where several lie so near the query that they cannot all be told apart, or where its parts all look alike, so that
 *   others of its kind look like it: those that seem to be copies, until one does not agree. Those beyond it are taken
 *   for look-alikes too: a tenant with many copies of one picture keeps them, one with many look-alikes is not flooded;
 * - where nothing is proven, the one that comes nearest to it.
 * @param looks how many of them at most
 */
export const pixelLook =
  (ports: PixelPorts) =>
  async (
    tenant: TenantId,
    manifest: ModelManifest,
    probe: Probe,
    neighbours: readonly Neighbour[],
    looks: number,
  ): Promise<readonly Neighbour[]> => {
    const cells = cellsOf(manifest, probe.embedding, probe);
    const seeming = neighbours.filter(({ verdict }) => verdict === 'edited_copy');
    const selfAlike = seeming.length > 0 && cells !== undefined && isSelfAlike(cells);
    const doubts = doubtsAmong(neighbours, seeming, manifest, selfAlike);
    const picture = doubts.length > 0 ? await probe.picture?.() : undefined;
    if (!picture) return neighbours;
    const query = pyramidOf(picture);
    const judged = new Map<ImageId, Neighbour>();
    let least = 1;
    for (const doubt of doubts.slice(0, looks)) {
      const stored = await storedPixels(ports, tenant, doubt.record.image_id);
      if (!stored) continue;
      const neighbour = await withAlignment(ports, tenant, manifest, cells, doubt);
      const quads = neighbour.alignment ? [neighbour.alignment.quad] : [];
      const share = blocksToAgree(selfAlike);
      const { agreement, quad } = pixelAgreement(query, pyramidOf(stored), { quads, share });
      least = Math.min(least, agreement);
      const alignment = alignmentBy(quad, neighbour.alignment?.score ?? 0, probe, neighbour.record);
      judged.set(neighbour.record.image_id, {
        ...agreeing(neighbour, least, manifest),
        ...(agrees(agreement) && { alignment }),
      });
      if (!agrees(least)) break;
    }
    if (judged.size === 0) return neighbours;
    return neighbours.map((neighbour) =>
      doubts.includes(neighbour)
        ? (judged.get(neighbour.record.image_id) ?? agreeing(neighbour, least, manifest))
        : neighbour,
    );
  };

/** The neighbour, judged by how well its pixels agree. */
function agreeing(neighbour: Neighbour, agreement: number, manifest: ModelManifest): Neighbour {
  const evidence = { ...neighbour.evidence, agreement };
  return { ...neighbour, evidence, ...judge(evidence, manifest) };
}

/** @param seeming those of the neighbours that vectors and cells take for copies */
function doubtsAmong(
  neighbours: readonly Neighbour[],
  seeming: readonly Neighbour[],
  manifest: ModelManifest,
  selfAlike: boolean,
): readonly Neighbour[] {
  const cosines = neighbours.map(({ evidence }) => evidence.copy ?? 0);
  if (seeming.length > 0 && (selfAlike || isCrowded(cosines, manifest)))
    return seeming.toSorted((one, other) => (other.evidence.copy ?? 0) - (one.evidence.copy ?? 0));
  if (neighbours.some(({ verdict }) => verdict !== 'similar')) return [];
  const mayBeProven = ({ alignment, evidence }: Neighbour): boolean =>
    (alignment !== undefined && alignment.score >= WORTH_A_LOOK_FROM) ||
    isWorthTurning(evidence.copy ?? 0, manifest);
  return neighbours
    .filter(mayBeProven)
    .sort((one, other) => (other.alignment?.score ?? 0) - (one.alignment?.score ?? 0))
    .slice(0, 1);
}

/** With where the query lies in it, as far as cells tell it. */
async function withAlignment(
  { catalog }: PixelPorts,
  tenant: TenantId,
  manifest: ModelManifest,
  cells: PictureCells | undefined,
  neighbour: Neighbour,
): Promise<Neighbour> {
  const { record } = neighbour;
  if (neighbour.alignment || !cells) return neighbour;
  const vectors = await catalog.getVectors(tenant, [record.image_id], manifest.name);
  const embedding = vectors.get(record.image_id);
  const stored = embedding && cellsOf(manifest, embedding, record);
  const alignment = stored && align(cells, stored);
  return alignment ? { ...neighbour, alignment } : neighbour;
}
