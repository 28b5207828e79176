import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { documentDigest } from '#shared/vector-index/document-digest.ts';
import { lanceDbVectorIndex } from '#shared/vector-index/lancedb-index.ts';
import { tableSchema, toRow } from '#shared/vector-index/lancedb-rows.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import { ALICE, DIMENSION, query, vectorDocument } from './documents.ts';
import { describeVectorIndex } from './vector-index.suite.ts';

const uri = mkdtempSync(join(tmpdir(), 'deeplens-lancedb-'));
const modulePath = createRequire(import.meta.url).resolve('@lancedb/lancedb');
const open = () => lanceDbVectorIndex({ uri, modulePath });
afterAll(() => rm(uri, { recursive: true }));

describeVectorIndex('LanceDB', open);

describe('LanceDB', () => {
  it('neither loses nor duplicates documents when processes write concurrently', async () => {
    const index = await open();
    await index.prepare('processes', DIMENSION);
    const writer = join(import.meta.dirname, 'lancedb-writer.ts');
    const run = () => promisify(execFile)(process.execPath, [writer, uri, modulePath]);
    await Promise.all([run(), run()]);
    // Each writes 30 documents of its own, and one that both write 30 times.
    expect(await index.count(ALICE, 'processes')).toBe(61);
    const found = await index.search(ALICE, 'processes', query({ k: 100 }));
    expect(new Set(found.map((candidate) => candidate.imageId)).size).toBe(61);
  });

  it('creates a table once, without losing writes, when several processes create it concurrently', async () => {
    const indexes = await Promise.all([open(), open(), open(), open()]);
    // Without the rename into place, 8 of 100 rounds failed.
    for (let round = 0; round < 40; round += 1) {
      const model = `round-${round}`;
      const write = async (index: VectorIndex) => {
        await index.prepare(model, DIMENSION);
        return await index.upsert(ALICE, model, [vectorDocument()]);
      };
      expect((await Promise.all(indexes.map(write))).flat()).toEqual([]);
      expect(await indexes[0]?.count(ALICE, model)).toBe(4);
    }
  });

  it('adds the column for digests to an older table', async () => {
    const lancedb: typeof import('@lancedb/lancedb') = await import('@lancedb/lancedb');
    const database = await lancedb.connect(uri);
    const schema = tableSchema(modulePath, DIMENSION);
    const fields = schema.fields.filter(({ name }) => name !== 'digest');
    const table = await database.createEmptyTable('images-before', Object.assign(schema, { fields }));
    const old = vectorDocument();
    const { digest: _, ...row } = toRow(ALICE, old);
    await table.add([row]);
    const [index, other] = [await open(), await open()];
    await Promise.all([index, other].map((each) => each.prepare('before', DIMENSION)));
    expect(await index.list(ALICE, 'before', { limit: 9 })).toEqual([{ imageId: old.imageId, digest: '' }]);
    expect(await other.upsert(ALICE, 'before', [old])).toEqual([]);
    expect(await index.list(ALICE, 'before', { limit: 9 })).toEqual([
      { imageId: old.imageId, digest: documentDigest(old) },
    ]);
  });

  it('keeps serving while it optimises a table', async () => {
    const index = await open();
    await index.prepare('optimised', DIMENSION);
    const documents = Array.from({ length: 101 }, () => vectorDocument());
    for (const document of documents) await index.upsert(ALICE, 'optimised', [document]);
    expect(await index.count(ALICE, 'optimised')).toBe(101);
    expect(await (await open()).count(ALICE, 'optimised')).toBe(101);
  });
});
