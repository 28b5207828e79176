import {
  DescribeDomainCommand,
  DescribeDomainHealthCommand,
  OpenSearchClient,
} from '@aws-sdk/client-opensearch';
import type { HealthCheck } from './health.ts';

/** Checks an OpenSearch domain by its cluster's colour; reports whether the domain is being changed. */
export const openSearchDomainHealth =
  ({ domain, client = new OpenSearchClient() }: { domain: string; client?: OpenSearchClient }): HealthCheck =>
  async () => {
    const [{ DomainStatus }, { ClusterHealth }] = await Promise.all([
      client.send(new DescribeDomainCommand({ DomainName: domain })),
      client.send(new DescribeDomainHealthCommand({ DomainName: domain })),
    ]);
    const detail = `cluster ${ClusterHealth}${DomainStatus?.Processing ? ', the domain is being changed' : ''}`;
    if (ClusterHealth === 'Red') return { status: 'down', detail };
    return { status: ClusterHealth === 'Green' ? 'ok' : 'degraded', detail };
  };
