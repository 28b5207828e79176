import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type NamedImage, photographs } from './photographs.ts';

/** An image of a known kind. */
export interface LabelledImage extends NamedImage {
  kind: string;
}

export interface LabelledImages {
  /** Kinds that calibrations are fitted on. */
  fitted: readonly LabelledImage[];
  /** Kinds that calibrations are measured on. */
  measured: readonly LabelledImage[];
  /** Images of none of the kinds. */
  strangers: readonly NamedImage[];
}

/** The folder of images of no kind. */
const STRANGERS = '_strangers';

/**
 * Lists the images in a folder that has a folder for each kind. Of the kinds in the order of their names, the first half is
 * for measuring, the second for fitting.
 */
export async function labelledImages(folder: string): Promise<LabelledImages> {
  const folders = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).sort();
  const kinds = names.filter((name) => name !== STRANGERS);
  const half = Math.floor(kinds.length / 2);
  const [measured, fitted] = [kinds.slice(0, half), kinds.slice(half)];
  return {
    measured: await imagesOf(folder, measured),
    fitted: await imagesOf(folder, fitted),
    strangers: names.includes(STRANGERS) ? await photographs(join(folder, STRANGERS), Infinity) : [],
  };
}

/** Lists the first image of each kind, then the second of each, so that any number of them has all kinds. */
async function imagesOf(folder: string, kinds: readonly string[]): Promise<LabelledImage[]> {
  const byKind = await Promise.all(
    kinds.map(async (kind) =>
      (await photographs(join(folder, kind), Infinity)).map(({ name, load }, at) => ({
        ...{ kind, at, name: `${kind}/${name}`, load },
      })),
    ),
  );
  return byKind
    .flat()
    .sort((one, other) => one.at - other.at)
    .map(({ at: _, ...image }) => image);
}
