import type { Metadata } from '#shared/kernel/metadata.ts';
import type { VectorFilter } from './vector-index.ts';

/** Returns a pair as it is indexed: `key=value`. A `=` in the key is escaped, so that entries are unambiguous. */
const metadataEntry = (key: string, value: string): string =>
  `${key.replaceAll('%', '%25').replaceAll('=', '%3D')}=${value}`;

/** Returns an entry for each value of each key. */
export const metadataEntries = (metadata: Metadata): string[] =>
  Object.entries(metadata).flatMap(([key, values]) => entriesOf(key, values));

/** Returns, for each key of a filter, the entries of which an image must have at least one. */
export const wantedEntries = ({ metadata = {} }: VectorFilter): string[][] =>
  Object.entries(metadata).map(([key, values]) => entriesOf(key, values));

const entriesOf = (key: string, values: string | readonly string[]): string[] =>
  [values].flat().map((value) => metadataEntry(key, value));
