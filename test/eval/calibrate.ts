// `npm run calibrate -- --photos DIR --model NAME`: the thresholds and the calibration of a model's manifest.
import { parseArgs } from 'node:util';
import type { Embedding } from '#shared/embedding/embedder.ts';
import { onnxEmbedder } from '#shared/embedding/onnx-embedder.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { eachOf } from '../each-of.ts';
import { EDIT_NAMES, type EditName, edited } from './edits.ts';
import { fitCopy, fitSemantic } from './fit-rules.ts';
import { photographs } from './pictures.ts';

const { values: options } = parseArgs({
  options: { photos: { type: 'string' }, model: { type: 'string' }, limit: { type: 'string' } },
});
if (!options.photos || !options.model) {
  console.error('usage: npm run calibrate -- --photos DIR --model NAME [--limit PHOTOGRAPHS]');
  process.exit(2);
}

/** With fewer, not even a model that makes no mistake could show a precision of 99.9 %. */
const LEAST_PHOTOGRAPHS = 180;
/** The model whose semantic calibration was measured with labels: models/README.md. */
const REFERENCE = 'deeplens-lite-v1';
/** Edits that leave everything in its place. */
const MILD: readonly EditName[] = ['jpeg20', 'brightness', 'tint'];
/** So many of the nearest pairs of photographs are shown: the same picture twice would spoil the thresholds. */
const SHOWN = 10;

const open = (name: string) => onnxEmbedder({ modelsDir: 'models', name, provider: 'cpu' });
const [model, reference] = [await open(options.model), await open(REFERENCE)];
const imaging = sharpImaging();
/** The way of a picture through ingest, but for storing it. */
async function embed(embedder: typeof model, bytes: Uint8Array): Promise<Embedding> {
  const picture = await imaging.modelImage((await imaging.read(bytes)).raster);
  const [embedding] = await embedder.embed([await imaging.modelInput(picture, embedder.manifest.input)]);
  if (!embedding) throw new Error('a picture has an embedding');
  return embedding;
}
function cosine(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other[at] ?? 0);
  return sum;
}

const pictures = await photographs(options.photos, Number(options.limit ?? 1e9));
if (pictures.length < LEAST_PHOTOGRAPHS) {
  console.error(`${options.photos} has ${pictures.length} photographs: ${LEAST_PHOTOGRAPHS} are the least.`);
  process.exit(2);
}
const originals: { name: string; own: Embedding; known: Embedding }[] = [];
await eachOf('photographs', pictures, async ({ name, load }) => {
  const bytes = await load();
  originals.push({ name, own: await embed(model, bytes), known: await embed(reference, bytes) });
});

const pairs = originals.flatMap((one, at) =>
  originals.slice(at + 1).map((other) => ({
    names: `${one.name}, ${other.name}`,
    copy: cosine(one.own.copy, other.own.copy),
    own: cosine(one.own.semantic, other.own.semantic),
    known: cosine(one.known.semantic, other.known.semantic),
  })),
);
console.log(
  `\nThe nearest of ${originals.length} photographs. Leave one out where two are the same picture:`,
);
for (const { names, copy } of pairs.toSorted((one, other) => other.copy - one.copy).slice(0, SHOWN))
  console.log(`  ${copy.toFixed(3)}  ${names}`);

const [copies, mild, others]: [number[], number[], number[]] = [[], [], []];
const asks = pictures.flatMap((picture, at) => EDIT_NAMES.map((edit) => ({ picture, at, edit })));
await eachOf('edits', asks, async ({ picture, at, edit }) => {
  const query = await embed(model, await edited(edit, await picture.load(), picture.name));
  for (const [place, { own }] of originals.entries()) {
    const near = cosine(query.copy, own.copy);
    (place === at ? copies : others).push(near);
    if (place === at && MILD.includes(edit)) mild.push(near);
  }
});

const copy = fitCopy({ copies, mild, others }, originals.length);
const semantic = fitSemantic(
  { own: pairs.map(({ own }) => own), known: pairs.map(({ known }) => known) },
  {
    thresholds: reference.manifest.thresholds.semantic,
    calibration: reference.manifest.calibration.semantic,
  },
);
const meaning = `share of pairs with at least this cosine that are what the output looks for; copy: ${copies.length} edits of ${originals.length} photographs, counted as among 1 000; semantic: by the quantiles of ${pairs.length} pairs under ${REFERENCE}`;
console.log(`\nFor models/${options.model}.json:`);
console.log(
  JSON.stringify(
    {
      thresholds: { ...model.manifest.thresholds, copy: copy.thresholds, semantic: semantic.thresholds },
      calibration: { meaning, copy: copy.calibration, semantic: semantic.calibration },
    },
    undefined,
    2,
  ),
);
