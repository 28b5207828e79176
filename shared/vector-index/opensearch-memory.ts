import type { Client } from '@opensearch-project/opensearch';
import * as z from 'zod';
import { graphMemory, VECTORS_PER_DOCUMENT, type VectorStorage } from './graph-memory.ts';
import { callOpenSearch } from './opensearch-requests.ts';
import { familyName } from './partitions.ts';
import type { MemoryEstimate } from './vector-index.ts';

/** Part of a node's memory outside the JVM's heap that is for vectors; the rest is for the system and other files of indices. */
const SHARE_FOR_VECTORS = 0.8;

const Nodes = z.object({
  nodes: z.record(
    z.string(),
    z.object({
      roles: z.array(z.string()),
      os: z.object({ mem: z.object({ total_in_bytes: z.number() }) }),
      jvm: z.object({ mem: z.object({ heap_max_in_bytes: z.number() }) }),
    }),
  ),
});
const Documents = z.object({
  indices: z
    .record(
      z.string(),
      z.object({
        primaries: z.object({ docs: z.object({ count: z.number(), deleted: z.number() }) }),
      }),
    )
    .default({}),
});
const Vector = z.object({
  dimension: z.number(),
  method: z.object({
    parameters: z.object({ encoder: z.object({ name: z.literal('sq') }).optional() }),
  }),
});
const Mappings = z.record(
  z.string(),
  z.object({ mappings: z.object({ properties: z.object({ semantic: Vector }) }) }),
);

/**
 * Estimates what documents would take of the memory of the data nodes, and what the documents of all indices leave of it.
 * The limit of the k-NN plugin's cache and its statistics hold for faiss alone: Lucene reads through the page cache.
 */
export async function estimateMemory(
  client: Client,
  storage: VectorStorage,
  documents: number,
  dimension: number,
): Promise<MemoryEstimate> {
  const index = familyName('*');
  const [nodes, stats, mappings] = await Promise.all([
    callOpenSearch(() => client.nodes.stats({ metric: ['os', 'jvm'] })),
    callOpenSearch(() => client.indices.stats({ index, metric: 'docs' })),
    callOpenSearch(() => client.indices.getMapping({ index })),
  ]);
  const dataNodes = Object.values(Nodes.parse(nodes.body).nodes).filter(({ roles }) =>
    roles.includes('data'),
  );
  const memory = dataNodes.reduce(
    (sum, { os, jvm }) => sum + os.mem.total_in_bytes - jvm.mem.heap_max_in_bytes,
    0,
  );
  const copies = dataNodes.length > 1 ? 2 : 1; // by `auto_expand_replicas`
  const bytesOf = (count: number, ...vector: Parameters<typeof graphMemory>) =>
    count * VECTORS_PER_DOCUMENT * copies * graphMemory(...vector);
  const { indices } = Documents.parse(stats.body);
  const used = Object.entries(Mappings.parse(mappings.body)).reduce((sum, [name, { mappings }]) => {
    const { dimension: d, method } = mappings.properties.semantic;
    const { count = 0, deleted = 0 } = indices[name]?.primaries.docs ?? {};
    return sum + bytesOf(count + deleted, d, method.parameters.encoder ? 'sq' : 'float');
  }, 0);
  return {
    needed: bytesOf(documents, dimension, storage),
    left: Math.max(0, SHARE_FOR_VECTORS * memory - used),
  };
}
