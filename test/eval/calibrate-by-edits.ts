import type { Embedder, Embedding } from '#shared/embedding/embedder.ts';
import { eachOf } from '../each-of.ts';
import { EDIT_NAMES, type EditName, edited } from './edits.ts';
import { fitCopy } from './fit-copies.ts';
import type { NamedImage } from './photographs.ts';
import { cosine, embedImage } from './vectors.ts';

/** With fewer, not even a perfect model could show a precision of 99.9 %. */
const MIN_PHOTOGRAPHS = 180;
/** Edits that move no pixel. */
const MILD: readonly EditName[] = ['jpeg20', 'brightness', 'tint'];
/** Nearest pairs of photographs to print: a duplicate among the photographs would distort the thresholds. */
const PRINTED_PAIRS = 10;

/**
 * Fits the rules for copies on edits of photographs.
 * @throws RangeError if there are too few photographs
 */
export async function calibrateByEdits(model: Embedder, images: readonly NamedImage[]) {
  if (images.length < MIN_PHOTOGRAPHS)
    throw new RangeError(`There are ${images.length} photographs; at least ${MIN_PHOTOGRAPHS} are needed.`);
  const originals: { name: string; copy: Embedding['copy'] }[] = [];
  await eachOf('photographs', images, async ({ name, load }) => {
    originals.push({ name, copy: (await embedImage(model, await load())).copy });
  });
  printNearest(originals);

  const [copies, mild, others]: [number[], number[], number[]] = [[], [], []];
  const queries = images.flatMap((image, at) => EDIT_NAMES.map((edit) => ({ image, at, edit })));
  await eachOf('edits', queries, async ({ image, at, edit }) => {
    const query = await embedImage(model, await edited(edit, await image.load(), image.name));
    for (const [index, { copy }] of originals.entries()) {
      const copyCosine = cosine(query.copy, copy);
      (index === at ? copies : others).push(copyCosine);
      if (index === at && MILD.includes(edit)) mild.push(copyCosine);
    }
  });
  const { thresholds, calibration } = fitCopy({ copies, mild, others }, originals.length);
  return {
    meaning: `copy: share of pairs with at least this cosine that are true, of ${copies.length} edits of ${originals.length} photographs, counted as among 1 000`,
    thresholds: { copy: thresholds },
    calibration: { copy: calibration },
  };
}

function printNearest(originals: readonly { name: string; copy: Embedding['copy'] }[]): void {
  const pairs = originals.flatMap((one, at) =>
    originals.slice(at + 1).map((other) => ({
      names: `${one.name}, ${other.name}`,
      copy: cosine(one.copy, other.copy),
    })),
  );
  console.log(
    `\nThe nearest of ${originals.length} photographs. Remove one of two that show the same image:`,
  );
  for (const { names, copy } of pairs.toSorted((one, other) => other.copy - one.copy).slice(0, PRINTED_PAIRS))
    console.log(`  ${copy.toFixed(3)}  ${names}`);
}
