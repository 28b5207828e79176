import type { DuplicateGroup } from '@deeplens/sdk';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they would end the comment that holds the name
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** The `storage_location` of images that were uploaded: their names are files of a folder. */
const UPLOADS = 'uploads';

/** Returns a text as one word of a POSIX shell. @returns undefined if it has characters that no line can hold */
const shellWord = (text: string): string | undefined =>
  CONTROL.test(text) ? undefined : `'${text.replaceAll("'", `'\\''`)}'`;

export const SCRIPT_HEAD = `#!/bin/sh
# Duplicates, as DeepLens found them. Nothing happens until you take a # away.
# Names are relative to the folder that was uploaded: run this there.
set -eu
`;

type Image = DuplicateGroup['images'][number];

/**
 * Returns the lines of a group: each copy's removal as a comment, below the image that stays. Names come from anywhere:
 * one that a comment cannot hold is removed by its id alone.
 */
export function scriptLines({ group_id, verdict, suggested_keeper, images }: DuplicateGroup): string {
  const line = (image: Image): string => {
    const word = shellWord(image.file_path);
    if (image.image_id === suggested_keeper) return `# keep ${word ?? ''} ${image.image_id}`;
    return word && image.storage_location === UPLOADS
      ? `# rm -- ${word}`
      : `# deeplens images delete ${image.image_id} --yes`;
  };
  const keeperFirst = [...images].sort(
    (a, b) => Number(b.image_id === suggested_keeper) - Number(a.image_id === suggested_keeper),
  );
  return `\n# ${group_id} ${verdict}\n${keeperFirst.map(line).join('\n')}\n`;
}
