import { startOpenSearch } from '../../../infra/local/opensearch/node.ts';
import { PrerequisiteMissing } from '../../../infra/local/opensearch/prerequisite-missing.ts';

/** A cluster to test against, and how to be done with it. */
export interface Cluster {
  url: string;
  stop(): Promise<void>;
}

/**
 * The cluster at OPENSEARCH_URL, or a node of our own.
 * @returns why there is none, on a machine that has no OpenSearch and cannot fetch it; on CI that is an error
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
