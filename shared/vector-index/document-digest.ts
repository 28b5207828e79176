import { createHash } from 'node:crypto';
import type { VectorDocument } from './vector-index.ts';

/** Half a SHA-256, in hexadecimal digits. */
const LENGTH = 32;

/** Returns a hash over every indexed field of a document. */
export function documentDigest({ semantic, copy, ...document }: VectorDocument): string {
  const metadata = Object.entries(document.metadata)
    .flatMap(([key, values]) => [values].flat().map((value) => JSON.stringify([key, value])))
    .sort();
  const { imageId, storageLocation, format, createdAt } = document;
  const fields = [imageId, storageLocation, format, Date.parse(createdAt), metadata, semantic.length];
  const hash = createHash('sha256').update(JSON.stringify(fields));
  for (const { buffer, byteOffset, byteLength } of [semantic, copy])
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex').slice(0, LENGTH);
}
