import type { Credentials } from '#shared/connectors/credentials.ts';
import { openConnectors } from '#shared/connectors/open-connectors.ts';
import { newStorageId, tenantId } from '#shared/kernel/ids.ts';
import { describeConnector } from '../contract/connectors/connector.suite.ts';
import { inByteOrder } from '../contract/connectors/odd-keys.ts';
import { s3Storage } from '../contract/connectors/s3-storage.ts';
import { freePort, KEYS, READER, seaweedProgram, startSeaweed } from './servers.ts';
import { withServer } from './with-server.ts';

/** Exchanges slashes with the character of the lowest code. */
const slashFirst = (key: string): string => key.replaceAll(/[\0/]/g, (sign) => (sign === '/' ? '\0' : '/'));

const keysOf = ({ accessKeyId, secretAccessKey }: typeof KEYS): Credentials => ({
  access_key_id: accessKeyId,
  secret_access_key: secretAccessKey,
});

withServer('SeaweedFS', seaweedProgram(), (program) =>
  describeConnector('SeaweedFS', async () => {
    const address = await startSeaweed(program);
    const nowhere = `127.0.0.1:${await freePort()}`;
    const connectors = openConnectors({ allowed: [address, nowhere] });
    const open = (bucket: string, prefix: string, keys: Credentials, at = address) => {
      const config = { endpoint: `http://${at}`, bucket };
      const location = { type: 'minio' as const, config, storage_id: newStorageId(), prefix };
      return connectors.open(tenantId('acme'), location, async () => keys, 'test');
    };
    const server = { endpoint: `http://${address}`, region: 'us-east-1', credentials: KEYS };
    const storage = await s3Storage(server, open);
    return {
      ...storage,
      cannotHold: {
        'empty segments': 'it keeps paths, not keys',
        'names of objects and folders alike': 'behind an object it lists no folder of its name',
        'trailing slashes': 'it takes them for folders',
        'dots as segments': 'it resolves them',
        backslashes: 'it takes them for slashes',
        '1 024 bytes': 'a segment has at most 255',
      },
      // Folder by folder: a slash comes before all other characters.
      inOrder: (keys) => inByteOrder(keys.map(slashFirst)).map(slashFirst),
      connectReadOnly: (prefix) => open(storage.bucket, prefix, keysOf(READER)),
      connectRefused: () => open(storage.bucket, '', keysOf({ ...KEYS, secretAccessKey: 'wrong' })),
      connectUnreachable: () => open(storage.bucket, '', keysOf(KEYS), nowhere),
    };
  }),
);
