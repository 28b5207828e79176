import { type ImageId, tenantId } from '#shared/kernel/ids.ts';
import { DEFAULT_SETTINGS } from '#shared/kernel/settings.ts';
import { eachOf } from '../each-of.ts';
import type { LabelledImage, LabelledImages } from './labelled-images.ts';
import { store } from './library.ts';
import { calibrationOf, share } from './measure.ts';
import { answerFigures, type LikenessQuery, likenessPairs } from './measure-likeness.ts';
import type { NamedImage } from './photographs.ts';
import type { Section } from './section.ts';
import type { Service } from './service.ts';
import { decimals, table } from './table.ts';

const TENANT = tenantId('labelled');
/** Images of each kind in the smallest library. */
const FEW = 6;
/** As many results as a search returns by default. */
const NEAREST = 20;

/**
 * Stores labelled images in a library that grows: a few of each kind, then all, then images of no kind beside them. At each
 * size, searches with the stored images of the kinds that nothing was fitted on, and with strangers.
 */
export const labelled: Section = async ({ service, photographs, labelled: given, others = [] }) => {
  if (!given) return { lines: ['Not measured: needs `--labelled DIR`.'], figures: undefined, pairs: [] };
  const ids = new Map<string, ImageId>();
  const libraries = [];
  for (const images of growth(given, [...photographs, ...others])) {
    for (const [name, id] of await store(service, TENANT, images)) ids.set(name, id);
    const queries = await search(service, given, ids);
    libraries.push({ images: ids.size, queries, pairs: likenessPairs(queries) });
  }
  const figures = libraries.map(({ images, queries, pairs }) => ({
    images,
    ...answerFigures(queries, DEFAULT_SETTINGS.similarity_threshold),
    calibration: calibrationOf(pairs, 'similar'),
    /** No image is a copy of another, as far as the labels say. */
    withCopy: share(queries, ({ results }) => results.some(({ verdict }) => verdict !== 'similar')),
  }));
  return { lines: linesOf(figures), figures, pairs: libraries.flatMap(({ pairs }) => pairs) };
};

/** Returns the images to add at each step. */
function growth(
  { measured, fitted }: LabelledImages,
  others: readonly NamedImage[],
): readonly NamedImage[][] {
  const images = [...measured, ...fitted];
  const few = new Set(kinds(images).flatMap((own) => own.slice(0, FEW)));
  const rest = images.filter((image) => !few.has(image));
  return [[...few], rest, [...others]].filter(({ length }) => length > 0);
}

const kinds = (images: readonly LabelledImage[]): LabelledImage[][] => [
  ...Map.groupBy(images, ({ kind }) => kind).values(),
];

/** Searches with the stored images to measure by, and with the strangers. */
async function search(
  service: Service,
  { measured, fitted, strangers }: LabelledImages,
  ids: ReadonlyMap<string, ImageId>,
): Promise<LikenessQuery[]> {
  const stored = [...measured, ...fitted].flatMap(({ name, kind }) => {
    const id = ids.get(name);
    return id ? [[id, kind] as const] : [];
  });
  const kindOf = new Map(stored);
  const ask = async (source: Parameters<Service['search']>[1]): Promise<LikenessQuery['results']> => {
    const { results } = await service.search(TENANT, source, NEAREST);
    return results.map(({ image_id, verdict, similarity_score }) => ({
      ...{ verdict, score: similarity_score, kind: kindOf.get(image_id) },
    }));
  };
  const queries: LikenessQuery[] = [];
  await eachOf(`${TENANT}: search by id`, measured, async ({ name, kind }) => {
    const imageId = ids.get(name);
    if (!imageId) return;
    const ofKind = stored.filter(([id, other]) => id !== imageId && other === kind);
    queries.push({ kind, results: await ask({ imageId }), stored: ofKind.length });
  });
  await eachOf(`${TENANT}: strangers`, strangers, async ({ load }) => {
    queries.push({ results: await ask({ bytes: await load() }), stored: 0 });
  });
  return queries;
}

type Figures = ReturnType<typeof answerFigures> & {
  images: number;
  calibration: ReturnType<typeof calibrationOf>;
  withCopy: number;
};

const linesOf = (figures: readonly Figures[]): string[] => [
  `Answers at the default threshold, ${DEFAULT_SETTINGS.similarity_threshold}:`,
  '',
  ...table(
    [
      'images stored',
      'queries of stored kinds',
      'answered',
      'first of the kind',
      'precision',
      'recall of the kind',
      'images each',
      'strangers',
      'answered',
      'images each',
      'queries with a copy',
    ],
    figures.map(({ images, known, strangers, withCopy }) => [
      ...[images, known.queries, decimals(known.answered / known.queries)],
      ...[known.firstIsRight, known.precision, known.recall].map(decimals),
      ...[known.images.toFixed(1), strangers.queries, strangers.answered, strangers.images.toFixed(1)],
      decimals(withCopy),
    ]),
  ),
  ...figures.flatMap(({ images, calibration }) => [
    '',
    ...table(
      [`score among ${images}`, 'pairs', 'predicted', 'observed'],
      calibration.map(({ from, to, pairs, predicted, observed }) => [
        ...[`${from} to ${to}`, pairs, decimals(predicted), decimals(observed)],
      ]),
    ),
  ]),
];
