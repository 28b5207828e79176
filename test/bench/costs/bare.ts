import { createHash } from 'node:crypto';
import sharp, { type OutputInfo, type Sharp } from 'sharp';
import type { Embedder } from '#shared/embedding/embedder.ts';
import { onnxEmbedder } from '#shared/embedding/onnx-embedder.ts';

export const MODEL = 'deeplens-lite-v1';
const WEBP = { quality: 80, effort: 2 };
/** As models read it, and as it is stored. */
const MODEL_SIDE = 512;
const PNG = { compressionLevel: 2, adaptiveFiltering: true };

/** Opens the model with one thread, so that CPU time does not include threads that wait for each other. */
export const bareEmbedder = (): Promise<Embedder> =>
  onnxEmbedder({ modelsDir: 'models', name: MODEL, provider: 'cpu', threads: 1 });

const rawOf = (image: Sharp) => image.removeAlpha().raw().toBuffer({ resolveWithObject: true });
const openRaw = ({ data, info: { width, height } }: { data: Buffer; info: OutputInfo }) =>
  sharp(data, { raw: { width, height, channels: 3 } });
const within = (image: Sharp, side: number) =>
  image.resize(side, side, { fit: 'inside', withoutEnlargement: true });

/**
 * Does what validation does with sharp alone: one decode, then 1024 → 512 → 256, two WebP and one PNG of these, and the hashes of
 * the file and of its pixels.
 * @returns the PNG
 */
export async function bareValidation(bytes: Uint8Array): Promise<Buffer> {
  createHash('sha256').update(bytes).digest();
  createHash('md5').update(bytes).digest();
  const whole = await rawOf(sharp(bytes, { failOn: 'warning' }));
  createHash('sha256').update(whole.data).digest();
  const large = await rawOf(within(openRaw(whole), 1024));
  const medium = await rawOf(within(openRaw(large), MODEL_SIDE));
  const [png] = await Promise.all([
    openRaw(medium).png(PNG).toBuffer(),
    openRaw(large).webp(WEBP).toBuffer(),
    within(openRaw(medium), 256).webp(WEBP).toBuffer(),
    openRaw(medium).resize(32, 32, { fit: 'fill' }).greyscale().raw().toBuffer(),
  ]);
  return png;
}

/** Does what the worker does with sharp and ONNX Runtime alone: decodes the PNG, resizes it, and runs the model. */
export async function bareEmbedding({ manifest, embed }: Embedder, png: Uint8Array): Promise<void> {
  const { width, height } = manifest.input;
  await embed([await sharp(png).resize(width, height, { fit: 'fill' }).removeAlpha().raw().toBuffer()]);
}
