import type { ImageId } from '#shared/kernel/ids.ts';
import { VERDICTS } from '#shared/kernel/vocabulary.ts';
import type { JudgedPair } from './section.ts';
import type { Answer } from './service.ts';

/** A stored image in an answer, with its score, and whether it is the query's original. */
export interface Pair {
  score: number;
  isTrue: boolean;
}

/** A query and its answer. */
export interface Query {
  kind: string;
  /** The stored original; absent if it is not stored. */
  truth?: ImageId;
  answer: Answer;
}

export interface Figures {
  queries: number;
  /** Share of queries whose first result is the original. */
  r1: number;
  /** Micro average precision over all pairs of all queries (as in the Image Similarity Challenge 2021). */
  microAp: number;
  /** Share of queries whose original reaches the least score with a precision of 99 % (99.9 %). */
  recall99: number;
  recall999: number;
}

/** Orders the pairs of an answer, highest score first. */
export type Ranking = (query: Query) => Pair[];

/** Ranks by the model's `copy` cosine alone. */
export const byCosine: Ranking = ({ truth, answer }) =>
  answer.candidates
    .map(({ imageId, copy = -1 }) => ({ score: copy, isTrue: imageId === truth }))
    .sort((one, other) => other.score - one.score);

/** Ranks like the service: by verdict, then score, then cosine. */
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

/** Computes the figures of some queries, at the thresholds of all. */
export function figuresAt(queries: readonly Query[], ranking: Ranking, thresholds: Thresholds): Figures {
  const ranked = queries.map((query) => ({ query, pairs: ranking(query) }));
  const all = ranked.flatMap(({ pairs }) => pairs).sort((one, other) => other.score - one.score);
  return { ...atThresholds(ranked, thresholds), microAp: microAp(all, ranked.length) };
}

function atThresholds(ranked: readonly { pairs: readonly Pair[] }[], { at99, at999 }: Thresholds) {
  const recallAt = (from: number) =>
    share(ranked, ({ pairs }) => pairs.some(({ isTrue, score }) => isTrue && score >= from));
  return {
    queries: ranked.length,
    r1: share(ranked, ({ pairs }) => pairs[0]?.isTrue === true),
    recall99: recallAt(at99),
    recall999: recallAt(at999),
  };
}

/** Returns the least score from which pairs have the precision. Pairs of equal score count together. */
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

/** Computes the recall of the service's own verdicts, and the share of queries with a false copy. */
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

/** Returns the copies in the answers, with whether each is the query's original. */
export const judgedCopies = (queries: readonly Query[]): JudgedPair[] =>
  queries.flatMap(({ truth, answer }) =>
    copiesIn(answer).map(({ verdict, similarity_score, image_id }) => ({
      ...{ verdict, score: similarity_score, isTrue: image_id === truth },
    })),
  );

/** Compares the scores of a verdict with the share of true pairs, by range of scores. Leaves out empty ranges. */
export function calibrationOf(pairs: readonly JudgedPair[], verdict: keyof typeof BOUNDS) {
  const own = pairs.filter((pair) => pair.verdict === verdict);
  const bounds = BOUNDS[verdict];
  return bounds.slice(1).flatMap((to, at) => {
    const from = bounds[at] ?? 0;
    const within = own.filter(({ score }) => score >= from && (score < to || to === 1));
    if (within.length === 0) return [];
    const predicted = within.reduce((sum, { score }) => sum + score, 0) / within.length;
    return [{ from, to, pairs: within.length, predicted, observed: share(within, ({ isTrue }) => isTrue) }];
  });
}
const BOUNDS = {
  edited_copy: [0, 0.9, 0.97, 0.99, 0.995, 1],
  similar: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1],
} as const;

/** @returns 0 for no items */
export const share = <Item>(items: readonly Item[], condition: (item: Item) => boolean): number =>
  items.length === 0 ? 0 : items.filter(condition).length / items.length;

/** @param at 0..1 */
export const quantile = (values: readonly number[], at: number): number =>
  values.toSorted((one, other) => one - other)[Math.min(values.length - 1, Math.floor(at * values.length))] ??
  0;
