import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSearchClient } from '#shared/vector-index/opensearch-client.ts';
import { openSearchVectorIndex } from '#shared/vector-index/opensearch-index.ts';
import { startOpenSearch } from '../../../../infra/local/opensearch/node.ts';
import { ALICE, DIMENSION, query, vectorDocument } from '../documents.ts';

/** Starts its own node and kills it. */
export function describeRestart(): void {
  describe('OpenSearch: a node that is killed', () => {
    it('keeps documents and roles over a restart', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'deeplens-opensearch-'));
      const start = async () => {
        const node = await startOpenSearch({ folder, heapMiB: 256 });
        const client = openSearchClient({ endpoint: node.url, auth: 'none', region: 'eu-central-1' });
        return { node, index: openSearchVectorIndex(client, { shards: 1, storage: 'float' }) };
      };
      const document = vectorDocument();
      const before = await start();
      try {
        await before.index.prepare('restarted', DIMENSION);
        await before.index.upsert(ALICE, 'restarted', [document]);
      } finally {
        process.kill(before.node.pid, 'SIGKILL');
        await before.node.stop();
      }
      const after = await start();
      try {
        expect(await after.index.models()).toEqual(['restarted']);
        expect(await after.index.search(ALICE, 'restarted', query())).toMatchObject([
          { imageId: document.imageId },
        ]);
      } finally {
        await after.node.stop();
        await rm(folder, { recursive: true, force: true });
      }
    });
  });
}
