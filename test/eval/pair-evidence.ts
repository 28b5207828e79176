// `node test/eval/pair-evidence.ts LIBRARY OUT.json`: measures the pairs that models/build/libraries.py made, for models/build/decision.py.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { onnxEmbedder } from '#shared/embedding/onnx-embedder.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { comparePixels } from '#shared/matching/compare-pixels.ts';
import { align } from '#shared/matching/geometry/alignment.ts';
import { meanRarity } from '#shared/matching/geometry/descriptor-matches.ts';
import { isReversed } from '#shared/matching/pair-order.ts';
import { pixelImage } from '#shared/matching/pixel-image.ts';
import { localDescriptors } from '#shared/matching/query-image.ts';
import { eachOf } from '../each-of.ts';

const Pairs = z.array(z.object({ kind: z.string(), one: z.string(), other: z.string(), copy: z.boolean() }));

const [folder, out] = process.argv.slice(2);
if (!folder || !out) {
  console.error('usage: node test/eval/pair-evidence.ts LIBRARY OUT.json');
  process.exit(2);
}
const imaging = sharpImaging();
const embedder = await onnxEmbedder({
  modelsDir: 'models',
  name: 'deeplens-lite-v1',
  provider: 'cpu',
  threads: 1,
});

async function read(file: string) {
  const image = await imaging.read(await readFile(join(folder ?? '', file)));
  const [embedding] = await embedder.embed([
    await imaging.modelInput(image.modelImage, embedder.manifest.input),
  ]);
  const descriptors = embedding && localDescriptors(embedder.manifest, embedding, image);
  return { image: pixelImage(image, image.modelImage), descriptors };
}

const pairs = Pairs.parse(JSON.parse(await readFile(join(folder, 'pairs.json'), 'utf8')));
const measured: unknown[] = [];
await eachOf('pairs', pairs, async (pair) => {
  try {
    const [first, second] = [await read(pair.one), await read(pair.other)];
    const [one, other] = isReversed(first.image, second.image) ? [second, first] : [first, second];
    const aligned = one.descriptors && other.descriptors && align(one.descriptors, other.descriptors);
    const { pixels } = comparePixels(one.image, other.image, { aligned: aligned?.alignment.quad });
    const variety = Math.max(
      ...[one, other].map((each) => (each.descriptors ? meanRarity(each.descriptors) : 0)),
    );
    measured.push({ ...pair, rare: aligned?.rareInlierScore() ?? 0, variety, pixels });
  } catch (error) {
    if (!(error instanceof Problem)) throw error; // an image that is refused, such as a plain one, has no pairs
  }
});
await writeFile(out, JSON.stringify(measured));
