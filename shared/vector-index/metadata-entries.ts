import type { Metadata } from '#shared/domain/image.ts';

/** One pair as the indices hold it: `key=value`. A `=` in the key is escaped, so that no two pairs look the same. */
export const metadataEntry = (key: string, value: string): string =>
  `${key.replaceAll('%', '%25').replaceAll('=', '%3D')}=${value}`;

/** All pairs of a picture; a key with several values gives several. */
export const metadataEntries = (metadata: Metadata): string[] =>
  Object.entries(metadata).flatMap(([key, values]) =>
    [values].flat().map((value) => metadataEntry(key, value)),
  );
