import * as z from 'zod';
import { LanceDbEnv, lanceDbVectorIndex } from './lancedb-index.ts';
import { OpenSearchEnv, openSearchClient } from './opensearch-client.ts';
import { openSearchVectorIndex } from './opensearch-index.ts';
import type { VectorIndex } from './vector-index.ts';

/** The technology of the vector index, with its configuration. */
export const VectorIndexEnv = z.discriminatedUnion('VECTOR_INDEX', [
  LanceDbEnv.extend({ VECTOR_INDEX: z.literal('lancedb') }),
  OpenSearchEnv.extend({ VECTOR_INDEX: z.literal('opensearch') }),
]);
export type VectorIndexEnv = z.infer<typeof VectorIndexEnv>;

/** Opens the index that the environment names. */
export async function openVectorIndex(env: VectorIndexEnv): Promise<VectorIndex> {
  if (env.VECTOR_INDEX === 'lancedb') {
    return await lanceDbVectorIndex({ uri: env.LANCEDB_URI, modulePath: env.LANCEDB_MODULE });
  }
  const { OPENSEARCH_ENDPOINT: endpoint, OPENSEARCH_AUTH: auth, AWS_REGION: region } = env;
  return openSearchVectorIndex(openSearchClient({ endpoint, auth, region }), {
    shards: env.OPENSEARCH_SHARDS,
    storage: env.OPENSEARCH_STORAGE,
  });
}
