import { startOpenSearch } from '../../../infra/local/opensearch/node.ts';
import { PrerequisiteMissing } from '../../../infra/local/opensearch/prerequisite-missing.ts';

/** A cluster to test against. */
export interface Cluster {
  url: string;
  stop(): Promise<void>;
}

/**
 * Returns the cluster at OPENSEARCH_URL, or starts a node.
 * @returns why there is none, on a machine that has no OpenSearch and cannot fetch it; on CI it throws instead
 */
export async function clusterUnderTest(): Promise<Cluster | { missing: string }> {
  const given = process.env.OPENSEARCH_URL;
  if (given) return { url: given, stop: async () => undefined };
  try {
    return await startOpenSearch();
  } catch (error) {
    if (process.env.CI || !(error instanceof PrerequisiteMissing)) throw error;
    return { missing: error.message };
  }
}
