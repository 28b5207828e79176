import type { Judgement } from './library.ts';
import { share } from './measure.ts';
import type { JudgedPair } from './section.ts';

/** A result of a search. `kind` is absent for an image of none of the known kinds. */
export interface LikenessResult extends Judgement {
  kind?: string | undefined;
}

/** A search with an image of a known kind, or with a stranger, of whose kind no image is stored; best result first. */
export interface LikenessQuery {
  kind?: string;
  results: readonly LikenessResult[];
  /** Stored images of the query's kind, without itself. */
  stored: number;
}

/** Returns the results of queries of known kinds that are called similar, with whether they are of that kind. */
export const likenessPairs = (queries: readonly LikenessQuery[]): JudgedPair[] =>
  queries
    .filter(({ kind }) => kind !== undefined)
    .flatMap((query) =>
      query.results
        .filter(({ verdict }) => verdict === 'similar')
        .map((result) => ({ verdict: result.verdict, score: result.score, isTrue: isOfKind(query, result) })),
    );

const isOfKind = (query: LikenessQuery, { kind }: LikenessResult): boolean =>
  query.kind !== undefined && kind === query.kind;

/** Computes what searches with a threshold return: to queries of stored kinds, and to strangers. */
export function answerFigures(queries: readonly LikenessQuery[], threshold: number) {
  const answers = queries.map(({ results, ...query }) => ({
    ...query,
    results: results.filter(({ score }) => score >= threshold),
  }));
  const [known, strangers] = [
    answers.filter(({ kind }) => kind !== undefined),
    answers.filter(({ kind }) => kind === undefined),
  ];
  const answered = known.filter(({ results }) => results.length > 0);
  const rightIn = (query: LikenessQuery) => query.results.filter((result) => isOfKind(query, result)).length;
  return {
    known: {
      ...countsOf(known),
      firstIsRight: share(answered, (query) =>
        query.results.slice(0, 1).some((first) => isOfKind(query, first)),
      ),
      oneIsRight: share(known, (query) => rightIn(query) > 0),
      precision: mean(answered.map((query) => rightIn(query) / query.results.length)),
      recall: mean(known.filter(({ stored }) => stored > 0).map((query) => rightIn(query) / query.stored)),
    },
    strangers: countsOf(strangers),
  };
}

function countsOf(answers: readonly LikenessQuery[]) {
  const answered = answers.filter(({ results }) => results.length > 0);
  return {
    queries: answers.length,
    answered: answered.length,
    /** Images in an answer that is not empty. */
    images: mean(answered.map(({ results }) => results.length)),
  };
}

/** @returns 0 for no values */
const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
