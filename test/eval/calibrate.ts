// `npm run calibrate -- --photos DIR --model NAME`: prints the thresholds and calibration for a model's manifest.
import { parseArgs } from 'node:util';
import type { Embedding } from '#shared/embedding/embedder.ts';
import { onnxEmbedder } from '#shared/embedding/onnx-embedder.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { eachOf } from '../each-of.ts';
import { EDIT_NAMES, type EditName, edited } from './edits.ts';
import { fitCopy, fitSemantic } from './fit-rules.ts';
import { photographs } from './photographs.ts';

const { values: options } = parseArgs({
  options: { photos: { type: 'string' }, model: { type: 'string' }, limit: { type: 'string' } },
});
if (!options.photos || !options.model) {
  console.error('usage: npm run calibrate -- --photos DIR --model NAME [--limit PHOTOGRAPHS]');
  process.exit(2);
}

/** With fewer, not even a perfect model could show a precision of 99.9 %. */
const MIN_PHOTOGRAPHS = 180;
/** Its semantic calibration was measured with labels (models/README.md). */
const REFERENCE = 'deeplens-lite-v1';
/** Edits that move no pixel. */
const MILD: readonly EditName[] = ['jpeg20', 'brightness', 'tint'];
/** Nearest pairs of photographs to print: a duplicate among the photographs would distort the thresholds. */
const PRINTED_PAIRS = 10;

const open = (name: string) => onnxEmbedder({ modelsDir: 'models', name, provider: 'cpu' });
const [model, reference] = [await open(options.model), await open(REFERENCE)];
const imaging = sharpImaging();
/** Embeds an image as ingest does. */
async function embed(embedder: typeof model, bytes: Uint8Array): Promise<Embedding> {
  const modelImage = (await imaging.read(bytes)).modelImage;
  const [embedding] = await embedder.embed([await imaging.modelInput(modelImage, embedder.manifest.input)]);
  if (!embedding) throw new Error('the model returned no embedding');
  return embedding;
}
function cosine(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other[at] ?? 0);
  return sum;
}

const images = await photographs(options.photos, Number(options.limit ?? 1e9));
if (images.length < MIN_PHOTOGRAPHS) {
  console.error(
    `${options.photos} has ${images.length} photographs; at least ${MIN_PHOTOGRAPHS} are needed.`,
  );
  process.exit(2);
}
const originals: { name: string; fitted: Embedding; reference: Embedding }[] = [];
await eachOf('photographs', images, async ({ name, load }) => {
  const bytes = await load();
  originals.push({
    name,
    fitted: await embed(model, bytes),
    reference: await embed(reference, bytes),
  });
});

const pairs = originals.flatMap((one, at) =>
  originals.slice(at + 1).map((other) => ({
    names: `${one.name}, ${other.name}`,
    copy: cosine(one.fitted.copy, other.fitted.copy),
    fitted: cosine(one.fitted.semantic, other.fitted.semantic),
    reference: cosine(one.reference.semantic, other.reference.semantic),
  })),
);
console.log(`\nThe nearest of ${originals.length} photographs. Remove one of two that show the same image:`);
for (const { names, copy } of pairs.toSorted((one, other) => other.copy - one.copy).slice(0, PRINTED_PAIRS))
  console.log(`  ${copy.toFixed(3)}  ${names}`);

const [copies, mild, others]: [number[], number[], number[]] = [[], [], []];
const queries = images.flatMap((image, at) => EDIT_NAMES.map((edit) => ({ image, at, edit })));
await eachOf('edits', queries, async ({ image, at, edit }) => {
  const query = await embed(model, await edited(edit, await image.load(), image.name));
  for (const [index, { fitted }] of originals.entries()) {
    const copyCosine = cosine(query.copy, fitted.copy);
    (index === at ? copies : others).push(copyCosine);
    if (index === at && MILD.includes(edit)) mild.push(copyCosine);
  }
});

const copy = fitCopy({ copies, mild, others }, originals.length);
const semantic = fitSemantic(
  {
    fitted: pairs.map(({ fitted }) => fitted),
    reference: pairs.map((pair) => pair.reference),
  },
  {
    thresholds: reference.manifest.thresholds.semantic,
    calibration: reference.manifest.calibration.semantic,
  },
);
const meaning = `share of pairs with at least this cosine that are true; copy: ${copies.length} edits of ${originals.length} photographs, counted as among 1 000; semantic: by the quantiles of ${pairs.length} pairs under ${REFERENCE}`;
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
