import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Client } from '@opensearch-project/opensearch';
import { AwsSigv4Signer } from '@opensearch-project/opensearch/aws-v3';
import { z } from 'zod';

export const OpenSearchEnv = z.object({
  OPENSEARCH_ENDPOINT: z.url(),
  /** `sigv4` for a domain of Amazon's, `none` for a node on loopback. */
  OPENSEARCH_AUTH: z.enum(['sigv4', 'none']),
  AWS_REGION: z.string().min(1),
  /** Of a new index. A shard serves best below 50 GB: Amazon's advice for search. */
  OPENSEARCH_SHARDS: z.coerce.number().int().positive().default(4),
  /** Of a new index, and of searches: after a change of it every model is rebuilt. */
  OPENSEARCH_STORAGE: z.enum(['float', 'sq']).default('float'),
});

/** Milliseconds for one attempt of one request. A search takes tens, a bulk of 100 documents hundreds. */
const REQUEST_TIMEOUT = 10_000;

/** A client that signs every request with the credentials of the role it runs in, where the cluster asks for that. */
export function openSearchClient(to: { endpoint: string; auth: 'sigv4' | 'none'; region: string }): Client {
  const signer =
    to.auth === 'sigv4'
      ? AwsSigv4Signer({ region: to.region, service: 'es', getCredentials: defaultProvider() })
      : {};
  return new Client({ ...signer, node: to.endpoint, requestTimeout: REQUEST_TIMEOUT, maxRetries: 2 });
}
