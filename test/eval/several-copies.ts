import type { ImageId } from '#shared/kernel/ids.ts';
import { share } from './measure.ts';
import type { JudgedPair } from './section.ts';
import type { Answer } from './service.ts';

/** A query that shows several stored images, each of which is to be found. */
export interface CopyQuery {
  kind: string;
  truths: readonly ImageId[];
  results: Answer['results'];
}

/** Computes, for the queries of a kind, the share of their originals that are called copies, and lists what is wrongly called so. */
export function copyFiguresOf(queries: readonly CopyQuery[]) {
  const wanted = queries.flatMap(({ truths, results }) => truths.map((truth) => ({ truth, results })));
  return {
    queries: queries.length,
    wanted: wanted.length,
    found: share(wanted, ({ truth, results }) =>
      results.some(({ image_id, verdict }) => image_id === truth && verdict !== 'similar'),
    ),
    withFalseCopy: queries.filter((query) => copiesOf(query).some(({ isTrue }) => !isTrue)).length,
  };
}

/** Returns the copies in an answer, with whether they are. */
export const copiesOf = ({ truths, results }: CopyQuery): JudgedPair[] =>
  results
    .filter(({ verdict }) => verdict !== 'similar')
    .map(({ image_id, verdict, similarity_score }) => ({
      ...{ verdict, score: similarity_score, isTrue: truths.includes(image_id) },
    }));

/** Counts the verdicts that call an image a copy that is none. */
export const falseCopiesIn = (pairs: readonly JudgedPair[]): number =>
  pairs.filter(({ verdict, isTrue }) => verdict !== 'similar' && !isTrue).length;
