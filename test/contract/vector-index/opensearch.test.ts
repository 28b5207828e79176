import { afterAll, describe, it } from 'vitest';
import { openSearchClient } from '#shared/vector-index/opensearch-client.ts';
import { openSearchVectorIndex } from '#shared/vector-index/opensearch-index.ts';
import { describeOutage } from './opensearch/outage.suite.ts';
import { describeRadialSearch } from './opensearch/radial.suite.ts';
import { describeRefusals } from './opensearch/refusals.suite.ts';
import { describeRestart } from './opensearch/restart.suite.ts';
import { describeScores } from './opensearch/scores.suite.ts';
import { describeUpgrade } from './opensearch/upgrade.suite.ts';
import { describeOpenSearchBehaviour } from './opensearch-behaviour.suite.ts';
import { clusterUnderTest } from './opensearch-cluster.ts';
import { describeVectorIndex } from './vector-index.suite.ts';

const cluster = await clusterUnderTest();

if ('missing' in cluster) {
  describe('vector index: OpenSearch', () => {
    it('is tested where OpenSearch is available', ({ skip }) => skip(cluster.missing));
  });
} else {
  afterAll(() => cluster.stop());
  const connect = () => openSearchClient({ endpoint: cluster.url, auth: 'none', region: 'eu-central-1' });
  describeVectorIndex('OpenSearch', async () =>
    openSearchVectorIndex(connect(), { shards: 2, storage: 'float' }),
  );
  const sevenBits = async () => openSearchVectorIndex(connect(), { shards: 2, storage: 'sq' });
  describeVectorIndex('OpenSearch, 7 bits', sevenBits, []);
  describeOpenSearchBehaviour(connect);
  describeRadialSearch(connect);
  describeScores(connect);
  describeRefusals(connect);
  describeUpgrade(connect);
  if (!process.env.OPENSEARCH_URL) {
    describeRestart();
    describeOutage();
  }
}
