import type { ModelManifest } from '#shared/embedding/manifest.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { calibrated } from '#shared/matching/decision/calibration.ts';
import { isBeyondDoubt, isDoubtful, isWorthTurning, mayBeCopy } from '#shared/matching/decision/decide.ts';
import { isSelfAlike } from '#shared/matching/geometry/self-similarity.ts';
import type { Candidate, VectorFilter, VectorIndex } from '#shared/vector-index/vector-index.ts';
import { type ComparePorts, compare } from './compare-vectors.ts';
import { type Inset, withInset } from './embedded-query.ts';
import type { Neighbour } from './match.ts';
import { cellsOf, type Probe } from './query-image.ts';
import { crowdIn, judgeCrowd } from './verify-ambiguous.ts';
import { lastLook } from './verify-best-unproven.ts';
import { type HeldCells, held, type Unheld } from './verify-geometry.ts';
import { type PixelPorts, pixelLook } from './verify-pixels.ts';

export interface NearPorts extends PixelPorts {
  imageStore: ComparePorts['imageStore'];
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
  /** At how many candidates, the nearest first, by their cells: some 3 ms each. */
  cells: number;
  /** How many that seem to be copies are laid upon the probe, pixel by pixel: some 15 ms each. */
  pixels: number;
}

// What a search in doubt may cost is bounded by counts, not by a clock: the same search gives the same answer. Whatever
// comes together, it stays within 150 ms of one core (docs/quality.md).
const LOOKS: Looks = { cells: 5, pixels: 3 };
/** Where the query was taken for a page as well, and searched for by what it shows. */
const LOOKS_OF_INSET: Looks = { cells: 5, pixels: 1 };

/** The pictures near a probe, judged; in no particular order. */
export const findNearImages =
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
    const byVectors = await compare(ports, tenant, manifest, probe, candidates, doubtful);
    // 3. the second look, upright; at once by their pixels, where vectors take some for copies and cannot be trusted
    const cells = cellsOf(manifest, probe.embedding, probe);
    const hold = (each: Unheld) => held(each, cells ? [{ turn: 'upright', cells }] : [], manifest);
    const byPixels = { look: pixelLook(ports, tenant, manifest, probe), looks: looks.pixels, hold };
    let known: boolean | undefined;
    const selfAlike = () => (known ??= cells !== undefined && isSelfAlike(cells));
    const crowd = crowdIn(byVectors, selfAlike, manifest);
    if (crowd) return judgeCrowd(byVectors, crowd, manifest, byPixels);
    const upright = byVectors.map(hold);
    const proven = upright.some(isProven);
    // 4. what is shown within the query, as in a screenshot; or the nearest in doubt, held in the other ways
    const inset = proven ? undefined : await query.inset?.();
    const shown = inset ? await copiesOf(ports, tenant, manifest, inset, query) : [];
    if (inset && shown.length > 0) return withInset(upright, shown, inset);
    const nearestInDoubt = byVectors
      .filter((each) => each.cells && isWorthTurning(each.evidence.copy ?? 0, manifest))
      .sort((one, other) => (other.evidence.copy ?? 0) - (one.evidence.copy ?? 0))[0];
    const turned =
      query.otherTurns && cells && nearestInDoubt && !proven && !inset
        ? held(nearestInDoubt, await query.otherTurns(), manifest)
        : undefined;
    // Where it was held otherwise, but lies better as it is, that is where to look on.
    const better = (each: Neighbour): boolean =>
      turned?.record === each.record && (turned.alignment?.score ?? 0) > (each.alignment?.score ?? 0);
    const judged = upright.map((each) => (turned && better(each) ? turned : each));
    // 5. the pixels, where neither vectors nor cells can tell
    const late = crowdIn(judged, selfAlike, manifest);
    if (late) return judgeCrowd(judged, late, manifest, byPixels);
    return judged.some(isProven) ? judged : lastLook(judged, manifest, byPixels.look);
  };

const isProven = ({ verdict }: Neighbour): boolean => verdict !== 'similar';

/** The copies of the picture that is shown within a query. */
async function copiesOf(
  ports: NearPorts,
  tenant: TenantId,
  manifest: ModelManifest,
  { probe }: Inset,
  { k, filter }: NearQuery,
): Promise<Neighbour[]> {
  const near = await findNearImages(ports)(tenant, manifest, probe, {
    k,
    filter,
    similarFrom: Number.POSITIVE_INFINITY,
    looks: LOOKS_OF_INSET,
  });
  return near.filter(isProven);
}

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
