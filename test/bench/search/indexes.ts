import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lanceDbVectorIndex } from '#shared/vector-index/lancedb-index.ts';
import { openSearchClient } from '#shared/vector-index/opensearch-client.ts';
import { openSearchVectorIndex } from '#shared/vector-index/opensearch-index.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import { startOpenSearch } from '../../../infra/local/opensearch/node.ts';
import { until } from '../../../infra/local/steps.ts';

/** An empty index of one technology, with what the port does not offer. */
export interface OpenIndex {
  index: Pick<VectorIndex, 'prepare' | 'upsert' | 'search'>;
  /** Concurrent writers. LanceDB serializes writes, so it has one. */
  writers: number;
  /** Waits until background work has ended. */
  settle(): Promise<void>;
  /** Bytes on disk. */
  size(): Promise<number>;
  /** Closes the index and removes its files. */
  close(): Promise<void>;
}

/** The default of `OpenSearchEnv`. */
const SHARDS = 4;
const MERGE_LIMIT_MS = 300_000;

export const INDEXES = { lancedb: openLanceDb, opensearch: openOpenSearch } as const;
export type IndexName = keyof typeof INDEXES;

async function openLanceDb(): Promise<OpenIndex> {
  const uri = await mkdtemp(join(tmpdir(), 'deeplens-bench-'));
  const modulePath = fileURLToPath(import.meta.resolve('@lancedb/lancedb'));
  return {
    index: await lanceDbVectorIndex({ uri, modulePath }),
    writers: 1,
    settle: async () => undefined,
    async size() {
      const entries = await readdir(uri, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      const sizes = await Promise.all(files.map(({ parentPath, name }) => stat(join(parentPath, name))));
      return sizes.reduce((sum, { size }) => sum + size, 0);
    },
    close: () => rm(uri, { recursive: true, force: true }),
  };
}

/** Starts a new node for each index: memory and caches of an earlier index would distort the figures. */
async function openOpenSearch(): Promise<OpenIndex> {
  const node = await startOpenSearch();
  const client = openSearchClient({ endpoint: node.url, auth: 'none', region: 'eu-central-1' });
  const total = async () => (await client.indices.stats({ metric: ['merge', 'store'] })).body._all.total;
  return {
    index: openSearchVectorIndex(client, { shards: SHARDS, storage: 'float' }),
    writers: 4,
    async settle() {
      await until(
        'the last merge',
        MERGE_LIMIT_MS,
        async () => (await total())?.merges?.current === 0 || undefined,
      );
    },
    size: async () => Number((await total())?.store?.size_in_bytes),
    async close() {
      await client.close();
      await node.stop();
    },
  };
}
