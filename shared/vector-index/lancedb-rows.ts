import { createRequire } from 'node:module';
import type { DataType, FixedSizeList, Schema } from 'apache-arrow';
import type { TenantId } from '#shared/kernel/ids.ts';
import { documentDigest } from './document-digest.ts';
import { documentId } from './document-id.ts';
import { metadataEntries } from './metadata-entries.ts';
import type { VectorDocument } from './vector-index.ts';

/** Returns a table's schema. LanceDB would infer lists of Float64 from plain arrays, which it cannot search. */
export function tableSchema(lanceDbModule: string, dimension: number): Schema {
  // The Arrow that LanceDB itself uses; like LanceDB, it is in no bundle.
  const arrow: typeof import('apache-arrow') = createRequire(lanceDbModule)('apache-arrow');
  const { Field, FixedSizeList, Float32, Int64, List, Schema, Utf8 } = arrow;
  // Without a primary key, two processes that write one new id at the same time leave two rows.
  const primaryKey = new Map([['lance-schema:unenforced-primary-key', 'true']]);
  const vector = () => new FixedSizeList(dimension, new Field('item', new Float32(), true));
  return new Schema([
    new Field('id', new Utf8(), false, primaryKey),
    new Field('tenant_id', new Utf8(), false),
    new Field('image_id', new Utf8(), false),
    new Field('storage_id', new Utf8(), false),
    new Field('format', new Utf8(), false),
    /** Milliseconds since 1970. */
    new Field('created_at', new Int64(), false),
    new Field('metadata', new List(new Field('item', new Utf8(), true)), false),
    new Field('digest', new Utf8(), false),
    new Field('semantic', vector(), false),
    new Field('copy', vector(), false),
  ]);
}

/** @returns the length of a table's vectors; 0 if it has none */
export function vectorDimension(schema: Schema): number {
  const type: DataType | undefined = schema.fields.find(({ name }) => name === 'semantic')?.type;
  return isFixedSizeList(type) ? type.listSize : 0;
}

/** Returns true if a table has the column `digest`, which older tables lack. */
export const hasDigest = (schema: Schema): boolean => schema.fields.some(({ name }) => name === 'digest');

/** Checks the shape, not the class: the schema comes from LanceDB's own copy of Arrow. */
const isFixedSizeList = (type: DataType | undefined): type is FixedSizeList =>
  type !== undefined && 'listSize' in type;

export const toRow = (tenant: TenantId, document: VectorDocument) => ({
  id: documentId(tenant, document.imageId),
  tenant_id: tenant,
  image_id: document.imageId,
  storage_id: document.storageLocation,
  format: document.format,
  created_at: BigInt(Date.parse(document.createdAt)),
  metadata: metadataEntries(document.metadata),
  digest: documentDigest(document),
  semantic: document.semantic,
  copy: document.copy,
});
