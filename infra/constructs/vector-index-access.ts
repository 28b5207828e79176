import { Aws } from 'aws-cdk-lib';
import type * as z from 'zod';
import type { Environment, VectorIndexRow } from '../config/environments.ts';
import type { VectorIndexStack } from '../stacks/vector-index.ts';
import type { AppFunction, FunctionNetwork } from './app-function.ts';
import { type IndexRequest, type IndexUse, indexRequests } from './index-requests.ts';

type IndexVariables =
  | { VECTOR_INDEX: 'lancedb'; LANCEDB_URI: string; LANCEDB_MODULE: string }
  | {
      VECTOR_INDEX: 'opensearch';
      OPENSEARCH_ENDPOINT: string;
      OPENSEARCH_AUTH: 'none' | 'sigv4';
      OPENSEARCH_STORAGE: 'float' | 'sq';
      OPENSEARCH_SHARDS: string;
    };

/** A function's access to the vector index: variables, network and permissions. */
export interface VectorIndexAccess {
  variables: IndexVariables;
  network?: FunctionNetwork;
  /** For programs that also call the internet. */
  networkWithEgress?: FunctionNetwork;
  /** @param uses the methods of the index that it calls */
  allow<Schema extends z.ZodType>(appFunction: AppFunction<Schema>, ...uses: readonly IndexUse[]): void;
}

/** @param domain the stack of the domain, if the environment has one */
export function vectorIndexAccess(
  { vectorIndex: row, models }: Environment,
  domain: VectorIndexStack | undefined,
): VectorIndexAccess {
  if (!domain || row.kind !== 'opensearch-domain')
    return { variables: withoutDomain(row), allow: () => undefined };
  const arn = `arn:${Aws.PARTITION}:es:${Aws.REGION}:${Aws.ACCOUNT_ID}:domain/${domain.domainName}`;
  const known = indexRequests(models.split(','));
  const { vpc, functions: securityGroup, subnets } = domain.network;
  const inSubnets = (group: keyof typeof subnets) => ({ vpc, securityGroup, subnets: subnets[group] });
  return {
    variables: {
      VECTOR_INDEX: 'opensearch',
      OPENSEARCH_ENDPOINT: `https://${domain.domain.domainEndpoint}`,
      OPENSEARCH_AUTH: 'sigv4',
      OPENSEARCH_STORAGE: row.storage,
      OPENSEARCH_SHARDS: String(row.shards),
    },
    network: inSubnets('private'),
    networkWithEgress: inSubnets('egress'),
    allow: (appFunction, ...uses) => {
      const requests = uses.flatMap((use): readonly IndexRequest[] => known[use]);
      for (const [verb, some] of Map.groupBy(requests, ([each]) => each))
        appFunction.allow([`es:ESHttp${verb}`], [...new Set(some.map(([, path]) => `${arn}/${path}`))]);
    },
  };
}

function withoutDomain(row: VectorIndexRow): IndexVariables {
  switch (row.kind) {
    case 'lancedb':
      return { VECTOR_INDEX: 'lancedb', LANCEDB_URI: row.uri, LANCEDB_MODULE: row.module };
    case 'opensearch-node':
      return {
        VECTOR_INDEX: 'opensearch',
        OPENSEARCH_ENDPOINT: row.endpoint,
        OPENSEARCH_AUTH: 'none',
        OPENSEARCH_STORAGE: row.storage,
        OPENSEARCH_SHARDS: String(row.shards),
      };
    case 'opensearch-domain':
      throw new Error('An OpenSearch domain needs its stack.');
  }
}
