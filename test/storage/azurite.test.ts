import { openConnectors } from '#shared/connectors/open-connectors.ts';
import { newStorageId, tenantId } from '#shared/kernel/ids.ts';
import { describeConnector } from '../contract/connectors/connector.suite.ts';
import { uniqueName } from '../contract/emulator.ts';
import { azureContainer, sasOf } from './buckets.ts';
import { AZURE_ACCOUNT, azuriteProgram, freePort, startAzurite } from './servers.ts';
import { withServer } from './with-server.ts';

withServer('Azurite', azuriteProgram(), (program) =>
  describeConnector('Azurite', async () => {
    const address = await startAzurite(program);
    const nowhere = `127.0.0.1:${await freePort()}`;
    const connectors = openConnectors({ allowed: [address, nowhere] });
    const { name, put, remove } = await azureContainer(address);
    const open = (prefix: string, sas = sasOf(name, 'rlwcd'), at = address, in_ = name) => {
      const config = { account: AZURE_ACCOUNT, container: in_, endpoint: `http://${at}` };
      const location = { type: 'azure_blob' as const, config, storage_id: newStorageId(), prefix };
      return connectors.open(tenantId('acme'), location, async () => ({ sas_token: sas }), 'test');
    };
    const missing = uniqueName('nowhere');
    return {
      ...{ put, remove },
      connect: open,
      connectReadOnly: (prefix) => open(prefix, sasOf(name, 'rl')),
      connectRefused: () => open('', sasOf(name, 'rl').replace(/sig=[^&]+/, 'sig=AAAA')),
      connectNowhere: () => open('', sasOf(missing, 'rl'), address, missing),
      connectUnreachable: () => open('', undefined, nowhere),
      cannotHold: {
        'dots as segments': 'Azure resolves them',
        backslashes: 'Azure takes them for slashes',
        'control characters': 'Azurite cannot list them',
      },
      inOrder: (keys) => [...keys].sort(), // by UTF-16
    };
  }),
);
