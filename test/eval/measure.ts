import type { ImageId } from '#shared/kernel/ids.ts';
import { VERDICTS } from '#shared/kernel/vocabulary.ts';
import type { Answer } from './service.ts';

/** A stored picture that was named for a query, how sure that is, and whether it is the one. */
export interface Pair {
  score: number;
  isTrue: boolean;
}

/** A query and its answer. */
export interface Query {
  kind: string;
  /** The stored picture that it is a copy of; absent for a query of which the library has none. */
  truth?: ImageId;
  answer: Answer;
}

export interface Figures {
  queries: number;
  /** Share of queries whose first answer is the one. */
  r1: number;
  /** Micro average precision: of all pairs of all queries in one ranking (as in the Image Similarity Challenge 2021). */
  microAp: number;
  /** Share of queries whose picture is found at the least score from which 99 (99.9) of 100 pairs are true. */
  recall99: number;
  recall999: number;
}

/** The pairs of an answer, the surest first. */
export type Ranking = (query: Query) => Pair[];

/** By the model's `copy` cosine alone. */
export const byCosine: Ranking = ({ truth, answer }) =>
  answer.candidates
    .map(({ imageId, copy = -1 }) => ({ score: copy, isTrue: imageId === truth }))
    .sort((one, other) => other.score - one.score);

/** As the service orders them: by verdict, then score; where scores are level, by the cosine. */
export const byService: Ranking = ({ truth, answer }) =>
  answer.results.map(({ image_id, verdict, similarity_score, reason }) => ({
    score: 10 * (VERDICTS.length - VERDICTS.indexOf(verdict)) + similarity_score + reason.copy_score / 1000,
    isTrue: image_id === truth,
  }));

export function figuresOf(queries: readonly Query[], ranking: Ranking): Figures & { thresholds: Thresholds } {
  const ranked = queries.map((query) => ({ query, pairs: ranking(query) }));
  const answerable = ranked.filter(({ query }) => query.truth !== undefined);
  const all = ranked.flatMap(({ pairs }) => pairs).sort((one, other) => other.score - one.score);
  const thresholds = { at99: thresholdOf(all, 0.99), at999: thresholdOf(all, 0.999) };
  return { ...atThresholds(answerable, thresholds), microAp: microAp(all, answerable.length), thresholds };
}

interface Thresholds {
  at99: number;
  at999: number;
}

/** The figures of some of the queries, at thresholds that were found over all. */
export function figuresAt(queries: readonly Query[], ranking: Ranking, thresholds: Thresholds): Figures {
  const ranked = queries.map((query) => ({ query, pairs: ranking(query) }));
  const all = ranked.flatMap(({ pairs }) => pairs).sort((one, other) => other.score - one.score);
  return { ...atThresholds(ranked, thresholds), microAp: microAp(all, ranked.length) };
}

function atThresholds(ranked: readonly { pairs: readonly Pair[] }[], { at99, at999 }: Thresholds) {
  const found = (from: number) =>
    share(ranked, ({ pairs }) => pairs.some(({ isTrue, score }) => isTrue && score >= from));
  return {
    queries: ranked.length,
    r1: share(ranked, ({ pairs }) => pairs[0]?.isTrue === true),
    recall99: found(at99),
    recall999: found(at999),
  };
}

/** The least score from which at least that share of the pairs is true; pairs of one score stand or fall together. */
function thresholdOf(ranked: readonly Pair[], precision: number): number {
  let [threshold, right] = [Number.POSITIVE_INFINITY, 0];
  for (const [at, { score, isTrue }] of ranked.entries()) {
    right += Number(isTrue);
    if (ranked[at + 1]?.score !== score && right / (at + 1) >= precision) threshold = score;
  }
  return threshold;
}

function microAp(ranked: readonly Pair[], truths: number): number {
  let [right, sum] = [0, 0];
  for (const [at, { isTrue }] of ranked.entries()) {
    if (!isTrue) continue;
    right += 1;
    sum += right / (at + 1);
  }
  return truths === 0 ? 0 : sum / truths;
}

/** What the service itself calls a copy: how many of the true ones it finds, and how many queries have a false one. */
export const verdictFigures = (queries: readonly Query[]) => ({
  found: share(
    queries.filter(({ truth }) => truth !== undefined),
    ({ truth, answer }) => copiesIn(answer).some(({ image_id }) => image_id === truth),
  ),
  falseCopies: share(queries, ({ truth, answer }) =>
    copiesIn(answer).some(({ image_id }) => image_id !== truth),
  ),
});

const copiesIn = ({ results }: Answer) => results.filter(({ verdict }) => verdict !== 'similar');

/** Of pairs that were called `edited_copy`, by score: what was promised, and what came true. */
export function reliability(queries: readonly Query[]) {
  const pairs = queries.flatMap(({ truth, answer }) =>
    answer.results
      .filter(({ verdict }) => verdict === 'edited_copy')
      .map(({ similarity_score, image_id }) => ({ score: similarity_score, isTrue: image_id === truth })),
  );
  return BUCKETS.map(([from, to]) => {
    const own = pairs.filter(({ score }) => score >= from && score < to);
    const promised = own.reduce((sum, { score }) => sum + score, 0) / own.length;
    return { from, to, pairs: own.length, promised, cameTrue: share(own, ({ isTrue }) => isTrue) };
  }).filter(({ pairs: count }) => count > 0);
}
const BUCKETS = [
  [0, 0.9],
  [0.9, 0.97],
  [0.97, 0.99],
  [0.99, 0.995],
  [0.995, 1],
] as const;

/** @returns 0 where there is nothing to share */
export const share = <Item>(items: readonly Item[], holds: (item: Item) => boolean): number =>
  items.length === 0 ? 0 : items.filter(holds).length / items.length;

/** @param at 0..1 */
export const quantile = (values: readonly number[], at: number): number =>
  values.toSorted((one, other) => one - other)[Math.min(values.length - 1, Math.floor(at * values.length))] ??
  0;
