import { generateKeyPairSync } from 'node:crypto';
import { openConnectors } from '#shared/connectors/open-connectors.ts';
import { newStorageId, tenantId } from '#shared/kernel/ids.ts';
import { describeConnector } from '../contract/connectors/connector.suite.ts';
import { uniqueName } from '../contract/emulator.ts';
import { freePort, gcsProgram, startGcs, withServer } from './servers.ts';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const ACCOUNT = { client_email: 'deeplens@acme.example', private_key: privateKey };

const program = await gcsProgram();
withServer('fake-gcs-server', program, (path) =>
  describeConnector('fake-gcs-server', async () => {
    const address = await startGcs(path);
    const nowhere = `127.0.0.1:${await freePort()}`;
    const connectors = openConnectors({ allowed: [address, nowhere] });
    const bucket = uniqueName('photographs');
    const ask = async (path_: string, init: RequestInit) => {
      const reply = await fetch(`http://${address}${path_}`, init);
      if (!reply.ok) throw new Error(`${init.method} ${path_}: ${reply.status} ${await reply.text()}`);
    };
    await ask('/storage/v1/b?project=test', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: bucket }),
    });
    const open = (prefix: string, at = address, name = bucket) => {
      const config = { bucket: name, endpoint: `http://${at}` };
      const location = { type: 'gcs' as const, config, storage_id: newStorageId(), prefix };
      return connectors.open(tenantId('acme'), location, async () => ({ service_account: ACCOUNT }), 'test');
    };
    return {
      put: (key, bytes) =>
        ask(`/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(key)}`, {
          method: 'POST',
          body: Buffer.from(bytes),
        }),
      remove: (key) => ask(`/storage/v1/b/${bucket}/o/${encodeURIComponent(key)}`, { method: 'DELETE' }),
      connect: open,
      connectNowhere: () => open('', address, 'nowhere-at-all'),
      connectUnreachable: () => open('', nowhere),
    };
  }),
);
