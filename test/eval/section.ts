import type { Verdict } from '#shared/kernel/vocabulary.ts';
import type { LabelledImages } from './labelled-images.ts';
import type { NamedImage } from './photographs.ts';
import type { Service } from './service.ts';

/** The parts of the evaluation get these. */
export interface Given {
  service: Service;
  photographs: readonly NamedImage[];
  /** Images of known kinds, if there are any. */
  labelled?: LabelledImages;
  /** More images of none of these kinds. */
  others?: readonly NamedImage[];
  /** The most photographs that a section takes, with its copies; its own number by default. */
  images: number;
  /** The most originals that are asked for with each edit. */
  queries: number;
  /** The most images of each kind of look-alikes. */
  items: number;
}

/** A verdict on a pair whose truth is known: a copy, or for `similar` an image of the same kind. */
export interface JudgedPair {
  verdict: Verdict;
  score: number;
  isTrue: boolean;
}

/** How often each rule was broken. */
export type Violations = Partial<Record<Rule, number>>;
type Rule =
  | 'false copies'
  | 'false groups'
  | 'pairs judged differently from their two ends'
  | 'copies of a search in no common group'
  | 'verdicts that depend on the rest of the library'
  | 'verdicts and groups that depend on the order of ingest';

/** Adds up the violations of several measurements. */
export function sumOf(counts: readonly Violations[]): Violations {
  const sum: Record<string, number> = {};
  for (const [rule, count] of counts.flatMap((each) => Object.entries(each)))
    sum[rule] = (sum[rule] ?? 0) + count;
  return sum;
}

export interface Outcome {
  /** Markdown. */
  lines: readonly string[];
  /** The same as data. */
  figures: unknown;
  /** For the calibration of scores. */
  pairs: readonly JudgedPair[];
  /** Counts of what must not happen. */
  violations?: Violations;
}

/** A part of the evaluation that can be run alone. It stores its libraries under tenants of its own. */
export type Section = (given: Given) => Promise<Outcome>;

/** Takes `count` items, spread evenly. */
export const spread = <Item>(items: readonly Item[], count: number): Item[] =>
  count >= items.length
    ? [...items]
    : Array.from({ length: count }, (_, at) => items[Math.floor((at * items.length) / count)]).filter(
        (item) => item !== undefined,
      );
