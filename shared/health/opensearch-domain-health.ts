import {
  DescribeDomainCommand,
  DescribeDomainHealthCommand,
  OpenSearchClient,
} from '@aws-sdk/client-opensearch';
import type { HealthCheck } from './health.ts';

/** The domain's own state: whether it is changing, and its cluster's colour. */
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
