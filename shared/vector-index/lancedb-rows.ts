import { createRequire } from 'node:module';
import type { DataType, FixedSizeList, Schema } from 'apache-arrow';
import type { TenantId } from '#shared/kernel/ids.ts';
import { documentDigest } from './document-digest.ts';
import { documentId } from './document-id.ts';
import { metadataEntries } from './metadata-entries.ts';
import type { VectorDocument } from './vector-index.ts';

/** A table's schema, said outright: of plain arrays LanceDB makes lists of Float64, which it cannot search. */
export function spaceSchema(lanceDbModule: string, dimension: number): Schema {
  // The Arrow that LanceDB itself uses, and like LanceDB in no bundle.
  const arrow: typeof import('apache-arrow') = createRequire(lanceDbModule)('apache-arrow');
  const { Field, FixedSizeList, Float32, Int64, List, Schema, Utf8 } = arrow;
  // Without a primary key two processes that write one new id at the same time leave two rows of it.
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

/** @returns 0 where the table has no vectors, which none of ours has not */
export function vectorDimension(schema: Schema): number {
  const type: DataType | undefined = schema.fields.find(({ name }) => name === 'semantic')?.type;
  return isFixedSizeList(type) ? type.listSize : 0;
}

/** Whether a table can hold documents' digests: those of before had none. */
export const hasDigest = (schema: Schema): boolean => schema.fields.some(({ name }) => name === 'digest');

/** By its shape: the schema comes from LanceDB's own copy of Arrow, whose classes are not ours. */
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
