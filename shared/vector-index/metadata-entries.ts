import type { Metadata } from '#shared/kernel/metadata.ts';
import type { VectorFilter } from './vector-index.ts';

/** One pair as the indices hold it: `key=value`. A `=` in the key is escaped, so that no two pairs look the same. */
const metadataEntry = (key: string, value: string): string =>
  `${key.replaceAll('%', '%25').replaceAll('=', '%3D')}=${value}`;

/** All pairs of a picture; a key with several values gives several. */
export const metadataEntries = (metadata: Metadata): string[] =>
  Object.entries(metadata).flatMap(([key, values]) => entriesOf(key, values));

/** For each key of a filter the pairs of which a picture must have one. */
export const wantedEntries = ({ metadata = {} }: VectorFilter): string[][] =>
  Object.entries(metadata).map(([key, values]) => entriesOf(key, values));

const entriesOf = (key: string, values: string | readonly string[]): string[] =>
  [values].flat().map((value) => metadataEntry(key, value));
