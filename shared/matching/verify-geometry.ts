import type { Turn } from '#shared/imaging/turn.ts';
import { judge, type VerdictRules } from '#shared/matching/decision/decide.ts';
import { type Alignment, align } from '#shared/matching/geometry/alignment.ts';
import type { PictureCells } from '#shared/matching/geometry/descriptor-matches.ts';
import type { Neighbour } from './match.ts';

/** The cells of the query held in one way. */
export interface HeldCells {
  turn: Turn;
  cells: PictureCells;
}

/** A neighbour as vectors judge it. */
export interface Unheld extends Neighbour {
  /** Where the cosine alone cannot decide: its cells, still to be held against the query's. */
  cells?: PictureCells;
}

/** The neighbour, judged by how the query, held in the best of the given ways, lies within it as well. */
export function held(
  { cells, ...neighbour }: Unheld,
  query: readonly HeldCells[],
  rules: VerdictRules,
): Neighbour {
  const alignment = cells && bestAlignment(query, cells);
  if (!alignment) return neighbour;
  const evidence = { ...neighbour.evidence, alignment: alignment.score };
  return { ...neighbour, evidence, ...judge(evidence, rules), alignment };
}

const bestAlignment = (query: readonly HeldCells[], stored: PictureCells): Alignment | undefined =>
  query
    .flatMap(({ turn, cells }) => align(cells, stored, turn) ?? [])
    .reduce<Alignment | undefined>(
      (best, each) => (best && best.score >= each.score ? best : each),
      undefined,
    );
