import { expect, it } from 'vitest';
import { graphMemory } from '#shared/vector-index/graph-memory.ts';
import { openSearchClient } from '#shared/vector-index/opensearch-client.ts';
import { indexBody } from '#shared/vector-index/opensearch-mapping.ts';
import { estimateMemory } from '#shared/vector-index/opensearch-memory.ts';

const GB = 1e9;

interface Index {
  dimension: number;
  storage: 'float' | 'sq';
  count: number;
  deleted?: number;
}

/** A cluster of nodes with 64 GB of memory and a heap of 32 GB, and one manager. */
function clusterOf(dataNodes: number, indices: Record<string, Index>) {
  const node = (...roles: string[]) => ({
    roles,
    os: { mem: { total_in_bytes: 64 * GB } },
    jvm: { mem: { heap_max_in_bytes: 32 * GB } },
  });
  const data = Array.from({ length: dataNodes }, (_, at) => [`data-${at}`, node('data', 'ingest')]);
  const nodes = { manager: node('cluster_manager'), ...Object.fromEntries(data) };
  const mapped = <Value>(value: (index: Index) => Value) =>
    Object.fromEntries(Object.entries(indices).map(([name, index]) => [name, value(index)]));
  const client = openSearchClient({ endpoint: 'http://127.0.0.1:9', auth: 'none', region: 'eu-west-1' });
  const answers = (body: object) => async () => ({ body, statusCode: 200, headers: {}, meta: {} });
  Object.assign(client.nodes, { stats: answers({ nodes }) });
  Object.assign(client.indices, {
    stats: answers({
      indices: mapped(({ count, deleted = 0 }) => ({ primaries: { docs: { count, deleted } } })),
    }),
    getMapping: answers(
      mapped(({ dimension, storage }) => {
        const { mappings } = indexBody({ dimension, storage, shards: 1 });
        return { mappings };
      }),
    ),
  });
  return client;
}

it('estimates memory by the formula of the k-NN documentation', () => {
  expect(graphMemory(256, 'float')).toBeCloseTo(1.1 * (4 * 256 + 8 * 16));
  expect(graphMemory(256, 'sq')).toBeCloseTo(1.1 * (256 + 8 * 16));
});

it('needs two vectors for each document and copy', async () => {
  const estimate = await estimateMemory(clusterOf(4, {}), 'float', 20_000_000, 1_280);
  expect(estimate.needed / GB).toBeCloseTo(461.8, 1);
  expect(estimate.left / GB).toBeCloseTo(0.8 * 4 * 32, 5);
});

it('leaves what the documents of all indices, by their own mappings, do not take', async () => {
  const index = { dimension: 256, storage: 'float', count: 1_000_000, deleted: 50_000 } as const;
  const small = { dimension: 64, storage: 'sq', count: 10_000 } as const;
  const client = clusterOf(4, { 'images-a-000001': index, 'images-b-000002.own.acme': small });
  const estimate = await estimateMemory(client, 'float', 0, 256);
  const used = 2 * 2 * (1_050_000 * graphMemory(256, 'float') + 10_000 * graphMemory(64, 'sq'));
  expect(estimate).toEqual({ needed: 0, left: 0.8 * 128 * GB - used });
});

it('counts one copy where there is one data node, and never less than nothing', async () => {
  const full = { dimension: 1_280, storage: 'float', count: 20_000_000 } as const;
  const client = clusterOf(1, { 'images-a-000001': full });
  const estimate = await estimateMemory(client, 'sq', 1_000, 256);
  expect(estimate).toEqual({ needed: 1_000 * 2 * graphMemory(256, 'sq'), left: 0 });
});
