import type { Verdict } from '#shared/kernel/vocabulary.ts';
import type { JudgedLibrary } from './library.ts';
import { share } from './measure.ts';
import type { JudgedPair } from './section.ts';

/** Two images, by name, in the order of names. */
type Pair = readonly [string, string];

const isCopy = (verdict: Verdict): boolean => verdict !== 'similar';

/** Returns the verdict on `other` in the answer to `asked`. An image that is not in the answer is as good as `similar`. */
const verdictOn = ({ judgements }: JudgedLibrary, asked: string, other: string): Verdict =>
  judgements.get(asked)?.get(other)?.verdict ?? 'similar';

const familyOf = ({ images }: JudgedLibrary): ((name: string) => string | undefined) => {
  const families = new Map(images.map(({ name, family }) => [name, family]));
  return (name) => families.get(name);
};

/** Returns the families of two images and more. */
function familiesIn({ images }: JudgedLibrary): string[][] {
  const families = Map.groupBy(images, ({ family }) => family);
  return [...families.values()]
    .filter(({ length }) => length > 1)
    .map((members) => members.map(({ name }) => name));
}

/** Returns all pairs that are called copies from at least one end. */
export function calledCopies({ judgements }: JudgedLibrary): Pair[] {
  const pairs = new Map<string, Pair>();
  for (const [asked, answer] of judgements)
    for (const [other, { verdict }] of answer) {
      const pair: Pair = asked < other ? [asked, other] : [other, asked];
      if (isCopy(verdict)) pairs.set(pair.join('\n'), pair);
    }
  return [...pairs.values()];
}

/** Computes the share of an image's copies that its search calls so, and the pairs that are called so and are none. */
export function copyFigures(library: JudgedLibrary) {
  const family = familyOf(library);
  const pairs = familiesIn(library).flatMap((names) =>
    names.flatMap((asked) => names.filter((other) => other !== asked).map((other) => ({ asked, other }))),
  );
  const isFound = ({ asked, other }: { asked: string; other: string }): boolean =>
    isCopy(verdictOn(library, asked, other));
  return {
    searches: library.judgements.size,
    refused: library.refused.length,
    pairs: pairs.length,
    found: share(pairs, isFound),
    missed: pairs.filter((pair) => !isFound(pair)),
    falsePairs: calledCopies(library).filter(([one, other]) => family(one) !== family(other)),
  };
}

/** Counts the families that are exactly one group, and lists the groups with images of several families. */
export function groupFigures(library: JudgedLibrary) {
  const family = familyOf(library);
  const families = familiesIn(library);
  const groups = new Set(library.groups.map(keyOf));
  return {
    families: families.length,
    exact: families.filter((names) => groups.has(keyOf(names))).length,
    mixed: library.groups.filter((names) => new Set(names.map(family)).size > 1),
  };
}
const keyOf = (names: readonly string[]): string => names.toSorted().join('\n');

/** Returns the pairs that their two ends judge differently, of those that are called copies from one end at least. */
export const asymmetricPairs = (library: JudgedLibrary): Pair[] =>
  calledCopies(library).filter(
    ([one, other]) => verdictOn(library, one, other) !== verdictOn(library, other, one),
  );

/** Returns the pairs that a search calls copies and that are in no common group. */
export function ungroupedPairs(library: JudgedLibrary): Pair[] {
  const groups = library.groups.map((names) => new Set(names));
  return calledCopies(library).filter(
    ([one, other]) => !groups.some((names) => names.has(one) && names.has(other)),
  );
}

/** Compares two libraries of the same images that were stored in different orders. */
export function orderFigures(one: JudgedLibrary, other: JudgedLibrary) {
  const called = new Map(
    [...calledCopies(one), ...calledCopies(other)].map((pair) => [pair.join('\n'), pair]),
  );
  const pairs = [...called.values()].filter(([a, b]) =>
    [[a, b] as const, [b, a] as const].some(
      ([asked, found]) => verdictOn(one, asked, found) !== verdictOn(other, asked, found),
    ),
  );
  const [first, second] = [one.groups.map(keyOf), other.groups.map(keyOf)];
  const groups = [
    ...first.filter((key) => !second.includes(key)),
    ...second.filter((key) => !first.includes(key)),
  ];
  return { called: called.size, pairs, groups: groups.length };
}

/** Returns the verdicts whose truth is known: all copies, and `similar` for images whose kind is known. */
export function judgedPairs(library: JudgedLibrary): JudgedPair[] {
  const byName = new Map(library.images.map((image) => [image.name, image]));
  return [...library.judgements].flatMap(([asked, answer]) => {
    const image = byName.get(asked);
    return [...answer].flatMap(([name, { verdict, score }]) => {
      const other = byName.get(name);
      if (verdict === 'similar' && image?.kind === undefined) return [];
      const isTrue = verdict === 'similar' ? image?.kind === other?.kind : image?.family === other?.family;
      return [{ verdict, score, isTrue }];
    });
  });
}
