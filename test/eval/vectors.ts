import type { Embedder, Embedding } from '#shared/embedding/embedder.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';

const imaging = sharpImaging();

/** Embeds an image as ingest does. */
export async function embedImage(embedder: Embedder, bytes: Uint8Array): Promise<Embedding> {
  const modelImage = (await imaging.read(bytes)).modelImage;
  const [embedding] = await embedder.embed([await imaging.modelInput(modelImage, embedder.manifest.input)]);
  if (!embedding) throw new Error('the model returned no embedding');
  return embedding;
}

/** Computes the inner product of two unit vectors. */
export function cosine(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other[at] ?? 0);
  return sum;
}
