import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Embedder, Embedding } from '#shared/embedding/embedder.ts';
import { onnxEmbedder } from '#shared/embedding/onnx-embedder.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { heic, region } from '../../fixtures/heic.ts';
import { PHOTOGRAPHS, photograph } from '../../fixtures/photographs.ts';

const modelsDir = join(import.meta.dirname, '../../../models');
const imaging = sharpImaging();

/** The way of a picture through ingest: read, reduced, stored, read again, embedded. */
async function embed(embedder: Embedder, bytes: Uint8Array): Promise<Embedding> {
  const stored = await imaging.encodeModelImage((await imaging.read(bytes)).modelImage);
  const picture = await imaging.decodeModelImage(stored);
  return embedPixels(embedder, await imaging.modelInput(picture, embedder.manifest.input));
}

async function embedPixels(embedder: Embedder, pixels: Uint8Array | Float32Array): Promise<Embedding> {
  const [embedding] = await embedder.embed([pixels]);
  if (!embedding) throw new Error('no embedding');
  return embedding;
}

/** A picture's pixels as a model's card says that they are made, without a word from its manifest. */
const pixelsBy = (bytes: Uint8Array, side: number, kernel: 'lanczos3' | 'cubic'): Promise<Uint8Array> =>
  sharp(bytes)
    .rotate()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .resize(side, side, { fit: 'fill', kernel })
    .removeAlpha()
    .raw()
    .toBuffer();

/** Red, green and blue one after the other, each value as the network was trained on it: `(value - 127) / 128`. */
async function planesBy(bytes: Uint8Array): Promise<Float32Array> {
  const pixels = await pixelsBy(bytes, 240, 'cubic');
  return Float32Array.from(
    [0, 1, 2].flatMap((channel) => every3rd(pixels, channel)),
    (v) => (v - 127) / 128,
  );
}
const every3rd = (values: Uint8Array, from: number): number[] =>
  Array.from({ length: values.length / 3 }, (_, at) => values[3 * at + from] ?? 0);

/** Measured cosines of `copy` per model, with a margin. */
const MODELS = [
  {
    name: 'deeplens-lite-v1',
    asTheCardSays: (bytes: Uint8Array) => pixelsBy(bytes, 224, 'lanczos3'),
    copiesOnAverage: 0.9, // .907; the least is .861
    othersAtMost: 0.5,
    byCardAtLeast: 0.97, // .980: ingest reads from a picture of 512 px
  },
  {
    name: 'efficientnet-lite1',
    asTheCardSays: planesBy,
    copiesOnAverage: 0.86, // .869; the least is .839
    othersAtMost: 0.5, // .469
    byCardAtLeast: 0.98, // .990
  },
];

const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** One photograph: as it is, as its copy at JPEG quality 20, and as the card would have it read. */
interface Seen {
  original: Embedding;
  copy: Embedding;
  byCard: Embedding;
}

describe.each(MODELS)('$name on photographs that went through ingest', (model) => {
  let embedder: Embedder;
  const seen: Seen[] = [];
  beforeAll(async () => {
    embedder = await onnxEmbedder({ modelsDir, name: model.name, provider: 'cpu' });
    for (const name of PHOTOGRAPHS) {
      const bytes = photograph(name);
      seen.push({
        original: await embed(embedder, bytes),
        copy: await embed(embedder, await sharp(bytes).jpeg({ quality: 20 }).toBuffer()),
        byCard: await embedPixels(embedder, await model.asTheCardSays(bytes)),
      });
    }
  });

  it('knows each again in its copy at JPEG quality 20', () => {
    const cosines = seen.map(({ original, copy }) => cosine(original.copy, copy.copy));
    expect(mean(cosines)).toBeGreaterThan(model.copiesOnAverage);
    expect(Math.min(...cosines)).toBeGreaterThan(embedder.manifest.thresholds.copy.precision_99);
  });

  it('knows none in another one', () => {
    const others = seen.flatMap(({ original }, i) =>
      seen.slice(i + 1).map((other) => cosine(original.copy, other.original.copy)),
    );
    expect(others).toHaveLength(21);
    expect(Math.max(...others)).toBeLessThan(model.othersAtMost);
  });

  it('sees what it would see by the preprocessing of its card', () => {
    const cosines = seen.map(({ original, byCard }) => cosine(original.copy, byCard.copy));
    expect(Math.min(...cosines)).toBeGreaterThan(model.byCardAtLeast);
  });

  it.each(['copy', 'semantic'] as const)('has each nearest to its own copy, by %s', (vector) => {
    for (const { original, copy } of seen) {
      const [nearest] = seen
        .map((other) => ({ other: other.original, near: cosine(copy[vector], other.original[vector]) }))
        .sort((one, other) => other.near - one.near);
      expect(nearest?.other).toBe(original);
    }
  });
});

describe('the local descriptors of deeplens-lite-v1', () => {
  it('match in most local descriptors of a copy, and in few of another image', async () => {
    const embedder = await onnxEmbedder({ modelsDir, name: 'deeplens-lite-v1', provider: 'cpu' });
    const alike = (a: Embedding, b: Embedding): number => {
      const descriptorAt = ({ local = new Int8Array() }: Embedding, at: number) =>
        Array.from(local.subarray(at * 64, at * 64 + 64), (value) => value / 127);
      const cosines = Array.from({ length: 14 * 14 }, (_, at) =>
        cosine(descriptorAt(a, at), descriptorAt(b, at)),
      );
      return cosines.filter((value) => value > 0.7).length / cosines.length;
    };
    const pairs = [];
    for (const name of PHOTOGRAPHS) {
      const bytes = photograph(name);
      const copy = await embed(embedder, await sharp(bytes).jpeg({ quality: 20 }).toBuffer());
      pairs.push({ original: await embed(embedder, bytes), copy });
    }
    expect(mean(pairs.map(({ original, copy }) => alike(original, copy)))).toBeGreaterThan(0.5);
    const [first, second] = pairs;
    expect(first && second && alike(first.original, second.original)).toBeLessThan(0.1);
  });
});

describe('a HEIC', () => {
  it('has vectors as near to those of its photograph as a JPEG of quality 90', async () => {
    const embedder = await onnxEmbedder({ modelsDir, name: 'deeplens-lite-v1', provider: 'cpu' });
    const [original, jpeg, coded] = await Promise.all([
      embed(embedder, await region().png().toBuffer()),
      embed(embedder, await region().jpeg({ quality: 90 }).toBuffer()),
      embed(embedder, heic('eight-bit')),
    ]);
    for (const kind of ['semantic', 'copy'] as const) {
      const [near = 0, other = 0] = [jpeg, coded].map((one) => cosine(one[kind], original[kind]));
      expect(other, kind).toBeGreaterThanOrEqual(near); // .9964 and .9950; .9938 and .9929
    }
  });
});
