import { tenantId } from '#shared/kernel/ids.ts';
import { familyLines, libraryFigures, violationsOf } from './families.ts';
import { type JudgedLibrary, judge, type LibraryImage, store } from './library.ts';
import { croppedCopy, drawn, familyIn, KIND_NAMES, PHOTOGRAPHS_OF_FRAMES } from './look-alike-kinds.ts';
import { judgedPairs } from './measure-library.ts';
import { type Section, spread } from './section.ts';

const ITEMS = 12;

/** Stores look-alikes of twelve kinds in one library, with a copy of each, and searches with every image. */
export const lookAlikes: Section = async ({ service, photographs, items }) => {
  const frames = await Promise.all(spread(photographs, PHOTOGRAPHS_OF_FRAMES).map(({ load }) => load()));
  const count = Math.min(ITEMS, items);
  const members = KIND_NAMES.flatMap((kind) =>
    Array.from({ length: count }, (_, index) => withCopy(kind, index, frames)).flat(),
  );
  const tenant = tenantId('look-alikes');
  const library = await judge(service, tenant, members, await store(service, tenant, members));
  const figures = KIND_NAMES.map((kind) => ({ name: kind, ...libraryFigures(ofKind(library, kind)) }));
  // Drawings show nothing about likeness: only what is called a copy is calibrated.
  const pairs = judgedPairs(library).filter(({ verdict }) => verdict !== 'similar');
  const violations = violationsOf(libraryFigures(library));
  return { lines: familyLines(figures), figures, pairs, violations };
};

function withCopy(kind: string, index: number, frames: readonly Uint8Array[]): LibraryImage[] {
  const [name, family] = [`${kind}-${index}`, familyIn(kind, index)];
  const load = () => drawn(kind, index, frames);
  return [
    { name, family, kind, load },
    { name: `${name}/copy`, family, kind, load: async () => croppedCopy(await load(), name) },
  ];
}

/** Returns the part of a library that concerns a kind: its images, their answers and the groups with any of them. */
export function ofKind(library: JudgedLibrary, kind: string): JudgedLibrary {
  const images = library.images.filter((image) => image.kind === kind);
  const names = new Set(images.map(({ name }) => name));
  return {
    images,
    refused: library.refused.filter((name) => names.has(name)),
    judgements: new Map([...library.judgements].filter(([name]) => names.has(name))),
    groups: library.groups.filter((members) => members.some((name) => names.has(name))),
  };
}
