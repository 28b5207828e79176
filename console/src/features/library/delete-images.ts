import type { DeepLens } from '@deeplens/sdk';
import { inBatches } from '../../ui/in-batches.ts';

/** An image as far as its deletion needs it. */
export interface Deletable {
  image_id: string;
  file_path: string;
}

/** The outcome of a deletion of several images. */
export interface Deletion {
  /** Number of images that are gone. */
  deleted: number;
  /** Says why the others are still there, one text for each. */
  refused: string[];
}

/** Deletes images. @param onProgress is given how many were tried so far */
export async function deleteImages(
  client: DeepLens,
  images: readonly Deletable[],
  onProgress: (tried: number) => void,
): Promise<Deletion> {
  const deletion: Deletion = { deleted: 0, refused: [] };
  await inBatches(
    images,
    (batch) => client.images.deleteMany(batch.map(({ image_id }) => image_id)),
    ({ file_path }, refusal) => {
      if (refusal === undefined) deletion.deleted += 1;
      else deletion.refused.push(`${file_path}: ${refusal}`);
      onProgress(deletion.deleted + deletion.refused.length);
    },
  );
  return deletion;
}
