import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { lanceDbVectorIndex } from '#shared/vector-index/lancedb.ts';
import { ALICE, DIMENSION, picture, query } from './pictures.ts';
import { describeVectorIndex } from './vector-index.suite.ts';

const uri = mkdtempSync(join(tmpdir(), 'deeplens-lancedb-'));
const modulePath = createRequire(import.meta.url).resolve('@lancedb/lancedb');
const open = () => lanceDbVectorIndex({ uri, modulePath });
afterAll(() => rm(uri, { recursive: true }));

describeVectorIndex('LanceDB', open);

describe('LanceDB', () => {
  it('loses nothing and doubles nothing where processes write at the same time', async () => {
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

  it('serves on while it tidies up', async () => {
    const index = await open();
    await index.prepare('tidying', DIMENSION);
    const documents = Array.from({ length: 101 }, () => picture());
    for (const document of documents) await index.upsert(ALICE, 'tidying', [document]);
    expect(await index.count(ALICE, 'tidying')).toBe(101);
    expect(await (await open()).count(ALICE, 'tidying')).toBe(101);
  });
});
