import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Client } from '@opensearch-project/opensearch';
import { AwsSigv4Signer } from '@opensearch-project/opensearch/aws-v3';
import * as z from 'zod';

export const OpenSearchEnv = z.object({
  OPENSEARCH_ENDPOINT: z.url(),
  /** `sigv4` for an Amazon domain, `none` for a node on loopback. */
  OPENSEARCH_AUTH: z.enum(['sigv4', 'none']),
  AWS_REGION: z.string().min(1),
  /** Shards of a new index. Amazon advises less than 50 GB per shard for search. */
  OPENSEARCH_SHARDS: z.coerce.number().int().positive(),
  /** Vector storage of new indices, and of searches: after a change, rebuild every model. */
  OPENSEARCH_STORAGE: z.enum(['float', 'sq']).default('float'),
});

/** Milliseconds per attempt. A search takes tens, a bulk of 100 documents hundreds. */
const REQUEST_TIMEOUT = 10_000;

/** Creates a client; with `sigv4` it signs every request with the credentials of its role. */
export function openSearchClient(to: { endpoint: string; auth: 'sigv4' | 'none'; region: string }): Client {
  const signer =
    to.auth === 'sigv4'
      ? AwsSigv4Signer({ region: to.region, service: 'es', getCredentials: defaultProvider() })
      : {};
  return new Client({ ...signer, node: to.endpoint, requestTimeout: REQUEST_TIMEOUT, maxRetries: 2 });
}
