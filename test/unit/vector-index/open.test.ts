import { describe, expect, it } from 'vitest';
import { VectorIndexEnv } from '#shared/vector-index/open.ts';

const OPENSEARCH = {
  VECTOR_INDEX: 'opensearch',
  OPENSEARCH_ENDPOINT: 'https://search.example.com',
  OPENSEARCH_AUTH: 'sigv4',
  AWS_REGION: 'eu-central-1',
  OPENSEARCH_SHARDS: '12',
};
const LANCEDB = { VECTOR_INDEX: 'lancedb', LANCEDB_URI: '/data/vectors', LANCEDB_MODULE: '/app/lancedb.js' };

describe('the environment of the vector index', () => {
  it('accepts each technology with its variables', () => {
    expect(VectorIndexEnv.parse(OPENSEARCH)).toEqual({
      ...OPENSEARCH,
      OPENSEARCH_SHARDS: 12,
      OPENSEARCH_STORAGE: 'float',
    });
    expect(VectorIndexEnv.parse({ ...OPENSEARCH, OPENSEARCH_STORAGE: 'sq' })).toHaveProperty(
      'OPENSEARCH_STORAGE',
      'sq',
    );
    expect(VectorIndexEnv.parse(LANCEDB)).toEqual(LANCEDB);
  });

  it.each([
    ['no technology', {}],
    ['an unknown technology', { ...LANCEDB, VECTOR_INDEX: 'memory' }],
    ['the variables of the other technology', { ...LANCEDB, VECTOR_INDEX: 'opensearch' }],
    ['no number of shards', { ...OPENSEARCH, OPENSEARCH_SHARDS: undefined }],
    ['no authentication', { ...OPENSEARCH, OPENSEARCH_AUTH: undefined }],
    ['a host instead of a URL', { ...OPENSEARCH, OPENSEARCH_ENDPOINT: 'search.example.com' }],
  ])('refuses %s', (_, env) => {
    expect(VectorIndexEnv.safeParse(env).success).toBe(false);
  });
});
