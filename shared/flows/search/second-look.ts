import { type Alignment, align, type PictureCells, type Turn } from '#shared/domain/alignment.ts';

/** The cells of a query held in one way. */
export interface HeldCells {
  turn: Turn;
  cells: PictureCells;
}

/** How the query, held in the best of the given ways, lies within a stored picture. */
export const bestAlignment = (query: readonly HeldCells[], stored: PictureCells): Alignment | undefined =>
  query
    .flatMap(({ turn, cells }) => align(cells, stored, turn) ?? [])
    .reduce<Alignment | undefined>(
      (best, each) => (best && best.score >= each.score ? best : each),
      undefined,
    );
