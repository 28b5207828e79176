import type { ModelManifest } from '#shared/embedding/manifest.ts';
import type { ImageId } from '#shared/kernel/ids.ts';
import { agrees, blocksToAgree, isCrowded } from '#shared/matching/decision/decide.ts';
import type { Neighbour } from './match.ts';
import type { Unheld } from './verify-geometry.ts';
import { agreeing, type PixelLook } from './verify-pixels.ts';

/** Pictures among which look-alikes are taken for copies, so that their pixels decide. */
export interface Crowd {
  /** Those that seem to be copies, or still may by their cells: the nearest by the copy cosine first. */
  members: readonly Unheld[];
  /** The share of the query's blocks that has to agree, 0..1. */
  share: number;
}

const seems = ({ verdict }: Neighbour): boolean => verdict === 'edited_copy';
const cosine = ({ evidence }: Neighbour): number => evidence.copy ?? 0;

/**
 * The pictures that seem to be copies, where that cannot be trusted: where several lie so near the query that they cannot
 * all be told apart, or where its parts all look alike, so that others of its kind look like it.
 * @param selfAlike whether the query's parts look alike; asked only where some seem to be copies
 */
export function crowdIn(
  neighbours: readonly Unheld[],
  selfAlike: () => boolean,
  manifest: ModelManifest,
): Crowd | undefined {
  if (!neighbours.some(seems)) return undefined;
  if (!selfAlike() && !isCrowded(neighbours.map(cosine), manifest)) return undefined;
  const members = neighbours
    .filter((each) => seems(each) || each.cells)
    .sort((one, other) => cosine(other) - cosine(one));
  return { members, share: blocksToAgree(selfAlike()) };
}

interface Looking {
  look: PixelLook;
  /** How many times at most. */
  looks: number;
  /** Holds the cells of a member against the query's. */
  hold: (member: Unheld) => Neighbour;
}

/**
 * Judges the neighbours by their pixels, the nearest first, until one does not agree. Those beyond it are taken for
 * look-alikes too, whatever their cells would say: a tenant with many copies of one picture keeps them, one with many look-alikes is
 * not flooded.
 */
export async function judgeCrowd(
  neighbours: readonly Unheld[],
  { members, share }: Crowd,
  manifest: ModelManifest,
  { look, looks, hold }: Looking,
): Promise<readonly Neighbour[]> {
  const judged = new Map<ImageId, Neighbour>();
  let [least, tried, looked] = [1, 0, false];
  for (const member of members) {
    if (tried === looks || !agrees(least)) break;
    const neighbour = hold(member);
    if (!seems(neighbour)) {
      judged.set(neighbour.record.image_id, neighbour);
      continue;
    }
    tried += 1;
    const seen = await look(neighbour, share);
    if (!seen) continue;
    looked = true;
    least = Math.min(least, seen.agreement);
    judged.set(neighbour.record.image_id, agreeing(seen.neighbour, least, manifest));
  }
  const unlooked = (neighbour: Unheld): Neighbour => {
    const { cells: _, ...byVectors } = neighbour;
    const all = agrees(least) ? hold(neighbour) : byVectors;
    return looked && seems(all) ? agreeing(all, least, manifest) : all;
  };
  return neighbours.map((neighbour) => judged.get(neighbour.record.image_id) ?? unlooked(neighbour));
}
