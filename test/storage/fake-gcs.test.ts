import { openConnectors } from '#shared/connectors/open-connectors.ts';
import { newStorageId, tenantId } from '#shared/kernel/ids.ts';
import { describeConnector } from '../contract/connectors/connector.suite.ts';
import { GCS_ACCOUNT, gcsBucket } from './buckets.ts';
import { freePort, gcsProgram, startGcs } from './servers.ts';
import { withServer } from './with-server.ts';

const program = await gcsProgram();
withServer('fake-gcs-server', program, (path) =>
  describeConnector('fake-gcs-server', async () => {
    const address = await startGcs(path);
    const nowhere = `127.0.0.1:${await freePort()}`;
    const connectors = openConnectors({ allowed: [address, nowhere] });
    const { name: bucket, put, remove } = await gcsBucket(address);
    const open = (prefix: string, at = address, name = bucket) => {
      const config = { bucket: name, endpoint: `http://${at}` };
      const location = { type: 'gcs' as const, config, storage_id: newStorageId(), prefix };
      return connectors.open(
        tenantId('acme'),
        location,
        async () => ({ service_account: GCS_ACCOUNT }),
        'test',
      );
    };
    return {
      ...{ put, remove },
      connect: open,
      connectNowhere: () => open('', address, 'nowhere-at-all'),
      connectUnreachable: () => open('', nowhere),
    };
  }),
);
