import type { DeepLens } from '@deeplens/sdk';
import { describeError } from '../../ui/describe-error.ts';

/** An image as far as its deletion needs it. */
export interface Deletable {
  image_id: string;
  file_path: string;
}

/** How a deletion of several images went. */
export interface Deletion {
  /** Ids. */
  deleted: string[];
  /** Why the others are still there, one text for each. */
  refused: string[];
}

/** Deletes images. @param onProgress is given how many were tried so far */
export async function deleteImages(
  client: DeepLens,
  images: readonly Deletable[],
  onProgress: (tried: number) => void,
): Promise<Deletion> {
  const outcome: Deletion = { deleted: [], refused: [] };
  for (const [index, { image_id, file_path }] of images.entries()) {
    await client.images.delete(image_id).then(
      () => outcome.deleted.push(image_id),
      (error: unknown) => outcome.refused.push(`${file_path}: ${describeError(error).detail}`),
    );
    onProgress(index + 1);
  }
  return outcome;
}
