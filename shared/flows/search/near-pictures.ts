import type { ImageCatalog } from '#shared/catalog/images.ts';
import type { PictureCells } from '#shared/domain/alignment.ts';
import { calibrated } from '#shared/domain/calibration.ts';
import type { ImageId, TenantId } from '#shared/domain/ids.ts';
import {
  type Evidence,
  isBeyondDoubt,
  isDoubtful,
  isWorthTurning,
  judge,
  mayBeCopy,
  perceptualDistance,
} from '#shared/domain/verdict.ts';
import type { Embedding } from '#shared/embedding/embedder.ts';
import type { ModelManifest } from '#shared/embedding/manifest.ts';
import type { Candidate, VectorFilter, VectorIndex } from '#shared/vector-index/vector-index.ts';
import { type IndexedRecord, isIndexed } from './indexed-record.ts';
import { type Inset, withInset } from './inset-look.ts';
import type { Neighbour } from './neighbour.ts';
import { type PixelPorts, pixelLook } from './pixel-look.ts';
import { cellsOf, cosine, type Probe } from './probe.ts';
import { bestAlignment, type HeldCells } from './second-look.ts';

export interface NearPorts extends PixelPorts {
  catalog: Pick<ImageCatalog, 'getMany' | 'getVectors'>;
  index: Pick<VectorIndex, 'search'>;
}

export interface NearQuery {
  /** How many nearest pictures to ask for by each vector. */
  k: number;
  filter?: VectorFilter | undefined;
  /** The least score, 0..1, of a picture that is merely similar; Infinity for copies only. */
  similarFrom: number;
  /** Told what the index answered, before anything is left out. */
  onNearest?: (nearest: readonly Candidate[]) => void;
  /** The probe mirrored and turned, to be held against the nearest in doubt. Asked only where nothing proves to be a copy. */
  otherTurns?: (() => Promise<HeldCells[]>) | undefined;
  /** The picture that is shown within the probe, where there is one. Asked only where nothing proves to be a copy. */
  inset?: (() => Promise<Inset | undefined>) | undefined;
  /** Those of a search where absent. */
  looks?: Looks;
}

/** How often it may be looked closer. */
export interface Looks {
  /** At how many candidates, the nearest first, by their cells: some 4 ms each. */
  cells: number;
  /** How many that seem to be copies are laid upon the probe, pixel by pixel: some 20 ms each. */
  pixels: number;
}

// What a search in doubt may cost is bounded by counts, not by a clock: the same search gives the same answer. Whatever
// comes together, it stays within 150 ms of one core (docs/quality.md).
const LOOKS: Looks = { cells: 5, pixels: 3 };
/** Where the query was taken for a page as well, and searched for by what it shows. */
const LOOKS_OF_INSET: Looks = { cells: 5, pixels: 1 };

/** A candidate with what is known of it before the second look. */
interface Compared {
  record: IndexedRecord;
  evidence: Evidence;
  /** Where the cosine alone cannot decide: its cells, to look at again. */
  cells?: PictureCells;
}

/** The pictures near a probe, judged; in no particular order. */
export const nearPictures =
  (ports: NearPorts) =>
  async (
    tenant: TenantId,
    manifest: ModelManifest,
    probe: Probe,
    query: NearQuery,
  ): Promise<readonly Neighbour[]> => {
    const looks = query.looks ?? LOOKS;
    // 1. one request to the index, for both vectors
    const { semantic, copy } = probe.embedding;
    const nearest = await ports.index.search(tenant, manifest.name, {
      semantic,
      copy,
      k: query.k,
      ...(query.filter && { filter: query.filter }),
    });
    query.onNearest?.(nearest);
    const others = nearest.filter(({ imageId }) => imageId !== probe.imageId);
    const found = others.some(({ copy }) => copy !== undefined && isBeyondDoubt(copy, manifest));
    const candidates = worthReading(others, manifest, found, query.similarFrom);
    const doubtful = mostDoubtful(candidates, manifest, found, looks.cells);
    // 2. their records, and the vectors of those of which a number is missing or in doubt
    const compared = await compare(ports, tenant, manifest, probe, candidates, doubtful);
    // 3. the second look, upright
    const cells = cellsOf(manifest, probe.embedding, probe);
    const upright = judgeAll(compared, cells ? [{ turn: 'upright', cells }] : [], manifest);
    const proven = upright.some(({ verdict }) => verdict !== 'similar');
    // 4. what is shown within the query, as in a screenshot; or the nearest in doubt, held in the other ways
    const inset = proven ? undefined : await query.inset?.();
    const shown = inset ? await copiesOf(ports, tenant, manifest, inset, query) : [];
    if (inset && shown.length > 0) return withInset(upright, shown, inset);
    const nearestInDoubt = compared
      .filter((each) => each.cells && isWorthTurning(each.evidence.copy ?? 0, manifest))
      .sort((one, other) => (other.evidence.copy ?? 0) - (one.evidence.copy ?? 0))[0];
    const [turned] =
      query.otherTurns && cells && nearestInDoubt && !proven && !inset
        ? judgeAll([nearestInDoubt], await query.otherTurns(), manifest)
        : [];
    // Where it was held otherwise, but lies better as it is, that is where to look on.
    const better = (each: Neighbour): boolean =>
      turned?.record === each.record && (turned.alignment?.score ?? 0) > (each.alignment?.score ?? 0);
    const judged = upright.map((each) => (turned && better(each) ? turned : each));
    // 5. the pixels, where neither vectors nor cells can tell
    return pixelLook(ports)(tenant, manifest, probe, judged, looks.pixels);
  };

/** The copies of the picture that is shown within a query. */
async function copiesOf(
  ports: NearPorts,
  tenant: TenantId,
  manifest: ModelManifest,
  { probe }: Inset,
  { k, filter }: NearQuery,
): Promise<Neighbour[]> {
  const near = await nearPictures(ports)(tenant, manifest, probe, {
    k,
    filter,
    similarFrom: Number.POSITIVE_INFINITY,
    looks: LOOKS_OF_INSET,
  });
  return near.filter(({ verdict }) => verdict !== 'similar');
}

async function compare(
  { catalog }: NearPorts,
  tenant: TenantId,
  manifest: ModelManifest,
  probe: Probe,
  candidates: readonly Candidate[],
  doubtful: ReadonlySet<ImageId>,
): Promise<Compared[]> {
  const found = new Map(candidates.map((candidate) => [candidate.imageId, candidate]));
  const wanted = [...found.values()]
    .filter(
      ({ imageId, semantic, copy }) => doubtful.has(imageId) || semantic === undefined || copy === undefined,
    )
    .map(({ imageId }) => imageId);
  const [records, vectors] = await Promise.all([
    catalog.getMany(tenant, [...found.keys()]),
    wanted.length > 0 ? catalog.getVectors(tenant, wanted, manifest.name) : new Map<ImageId, Embedding>(),
  ]);
  return records.filter(isIndexed).map((record) => {
    const stored = vectors.get(record.image_id);
    const cells = stored && doubtful.has(record.image_id) && cellsOf(manifest, stored, record);
    return {
      record,
      evidence: evidenceOf(probe, record, found.get(record.image_id), stored),
      ...(cells && { cells }),
    };
  });
}

const judgeAll = (
  compared: readonly Compared[],
  query: readonly HeldCells[],
  manifest: ModelManifest,
): Neighbour[] =>
  compared.map(({ record, evidence, cells }) => {
    const alignment = cells && bestAlignment(query, cells);
    const all = alignment ? { ...evidence, alignment: alignment.score } : evidence;
    return { record, evidence: all, ...judge(all, manifest), ...(alignment && { alignment }) };
  });

/**
 * Leaves out what can become neither a copy nor similar enough. A cosine that is missing is at most the least one
 * that the index told: the picture is not among the nearest by that vector.
 */
function worthReading(
  nearest: readonly Candidate[],
  manifest: ModelManifest,
  found: boolean,
  similarFrom: number,
): Candidate[] {
  const leastSemantic = Math.min(...nearest.flatMap(({ semantic }) => semantic ?? []));
  const leastCopy = Math.min(...nearest.flatMap(({ copy }) => copy ?? []));
  return nearest.filter(
    ({ semantic, copy }) =>
      mayBeCopy(copy ?? leastCopy, manifest, found) ||
      calibrated(manifest.calibration.semantic, semantic ?? leastSemantic) >= similarFrom,
  );
}

function mostDoubtful(
  candidates: readonly Candidate[],
  manifest: ModelManifest,
  found: boolean,
  count: number,
): ReadonlySet<ImageId> {
  const nearestFirst = candidates
    .filter(({ copy }) => copy !== undefined && isDoubtful(copy, manifest, found))
    .sort((one, other) => (other.copy ?? 0) - (one.copy ?? 0) || (one.imageId < other.imageId ? -1 : 1));
  return new Set(nearestFirst.slice(0, count).map(({ imageId }) => imageId));
}

function evidenceOf(
  probe: Probe,
  record: IndexedRecord,
  found: Candidate | undefined,
  stored: Embedding | undefined,
): Evidence {
  const distance = perceptualDistance(probe.perceptualHash, record.hash_perceptual);
  const sameSize = probe.width === record.width && probe.height === record.height;
  return {
    sameBytes: probe.sha256 === record.hash_sha256,
    samePixels: sameSize && distance === 0 && probe.pixelHash() === record.hash_pixels,
    perceptualDistance: distance,
    copy: found?.copy ?? (stored && cosine(probe.embedding.copy, stored.copy)),
    semantic: found?.semantic ?? (stored && cosine(probe.embedding.semantic, stored.semantic)),
  };
}
