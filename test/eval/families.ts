import { tenantId } from '#shared/kernel/ids.ts';
import { EDIT_NAMES, type EditName, edited } from './edits.ts';
import { type JudgedLibrary, judge, type LibraryImage, store } from './library.ts';
import {
  asymmetricPairs,
  calledCopies,
  copyFigures,
  groupFigures,
  judgedPairs,
  ungroupedPairs,
} from './measure-library.ts';
import type { NamedImage } from './photographs.ts';
import { randomOf } from './random.ts';
import { type Section, spread, sumOf, type Violations } from './section.ts';
import { decimals, table } from './table.ts';

/** Photographs in a library, at most. */
const FAMILIES = 40;
const MIXED_FAMILIES = 20;
const COPIES: readonly EditName[] = ['jpeg20', 'resize25', 'crop70', 'grey', 'caption'];

/** Stores photographs with several copies of each, and searches with every image. */
export const families: Section = async ({ service, photographs, images }) => {
  const libraries = [];
  for (const [name, count, editsOf] of [
    ['families', FAMILIES, () => COPIES],
    ['families-mixed', MIXED_FAMILIES, mixedEdits],
  ] as const) {
    const members = spread(photographs, Math.min(count, images)).flatMap((image) =>
      family(image, editsOf(image.name)),
    );
    const tenant = tenantId(name);
    libraries.push({
      name,
      library: await judge(service, tenant, members, await store(service, tenant, members)),
    });
  }
  const figures = libraries.map(({ name, library }) => ({ name, ...libraryFigures(library) }));
  return {
    lines: [...familyLines(figures), ...figures.map(missedLine)],
    figures,
    pairs: libraries.flatMap(({ library }) => judgedPairs(library)),
    violations: sumOf(figures.map(violationsOf)),
  };
};

/** Two crops of a photograph may share little of it; a crop and the photograph share the crop. */
function missedLine({ name, pairs, missed }: { name: string } & ReturnType<typeof libraryFigures>): string {
  const withPhotograph = missed.filter(({ asked, other }) => isPhotograph(asked) || isPhotograph(other));
  return `- ${name}: ${missed.length} of ${pairs} copies missed, ${withPhotograph.length} of them where one is the photograph itself`;
}

/** Copies are named after their edit, below the photograph. */
const isPhotograph = (name: string): boolean => !name.includes('/');

/** Returns a photograph and its copies by some edits. */
export const family = (image: NamedImage, edits: readonly EditName[]): LibraryImage[] => [
  { ...image, family: image.name },
  ...edits.map((edit) => ({
    name: `${image.name}/${edit}`,
    family: image.name,
    load: async () => edited(edit, await image.load(), image.name),
  })),
];

/** Draws 2 to 8 different edits. */
export function mixedEdits(name: string): EditName[] {
  const random = randomOf(`family/${name}`);
  const drawn = EDIT_NAMES.map((edit) => ({ edit, at: random() })).sort((one, other) => one.at - other.at);
  return drawn.slice(0, 2 + Math.floor(7 * random())).map(({ edit }) => edit);
}

export const libraryFigures = (library: JudgedLibrary) => ({
  images: library.images.length,
  ...copyFigures(library),
  called: calledCopies(library).length,
  groups: groupFigures(library),
  asymmetric: asymmetricPairs(library),
  ungrouped: ungroupedPairs(library),
});

export const violationsOf = (figures: ReturnType<typeof libraryFigures>): Violations => ({
  'false copies': figures.falsePairs.length,
  'false groups': figures.groups.mixed.length,
  'pairs judged differently from their two ends': figures.asymmetric.length,
  'copies of a search in no common group': figures.ungrouped.length,
});

/** Renders libraries of families, each with its figures; lists some of what is wrong. */
export const familyLines = (
  figures: readonly ({ name: string } & ReturnType<typeof libraryFigures>)[],
): string[] => [
  ...table(
    [
      'library',
      'images',
      'refused',
      'copies found',
      'false pairs',
      'groups that are the family',
      'groups of several families',
      'pairs judged differently from their ends',
      'copies of a search in no common group',
    ],
    figures.map(({ name, images, refused, found, called, falsePairs, groups, asymmetric, ungrouped }) => [
      name,
      images,
      refused,
      decimals(found),
      falsePairs.length,
      `${groups.exact} of ${groups.families}`,
      groups.mixed.length,
      `${asymmetric.length} of ${called}`,
      `${ungrouped.length} of ${called}`,
    ]),
  ),
  ...figures.flatMap(({ name, falsePairs, groups }) => [
    ...first(falsePairs).map((pair) => `- ${name}: not copies, but called so: ${pair.join(', ')}`),
    ...first(groups.mixed).map((names) => `- ${name}: one group of several families: ${names.join(', ')}`),
  ]),
];
/** As examples; the figures have all. */
const first = <Item>(items: readonly Item[]): Item[] => items.slice(0, 5);
