import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { ConnectorLocation } from '#shared/connectors/connectors.ts';
import { newStorageId, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { memoryConnectors } from '../../memory/connectors.ts';
import { describeConnector } from './connector.suite.ts';
import { bytesOf, collect } from './odd-keys.ts';

const tenant = tenantId('acme');
const located = (prefix = ''): ConnectorLocation => ({
  type: 's3',
  config: { bucket: 'photographs', region: 'eu-central-1' },
  storage_id: newStorageId(),
  prefix,
});

describeConnector('memory', async () => {
  const connectors = memoryConnectors();
  const [location, nowhere] = [located(), located()];
  const storage = connectors.storage(tenant, location.storage_id);
  const missing = new Problem('bucket_not_found', 'There is no such bucket.');
  const fail = () => {
    throw missing;
  };
  connectors.storage(tenant, nowhere.storage_id).faults = { page: fail, probe: fail };
  const open = (at: ConnectorLocation) => connectors.open(tenant, at, async () => undefined, 'test');
  return {
    put: async (key, bytes) => storage.put(key, bytes),
    remove: async (key) => storage.remove(key),
    connect: (prefix) => open({ ...location, prefix }),
    connectNowhere: () => open(nowhere),
  };
});

describe('faults of a storage in memory', () => {
  async function opened() {
    const connectors = memoryConnectors({ pageSize: 2 });
    const location = located();
    const storage = connectors.storage(tenant, location.storage_id);
    for (const key of ['a', 'b', 'c', 'd', 'e']) storage.put(key, bytesOf(key));
    const connector = await connectors.open(tenant, location, async () => undefined, 'test');
    const pages = async () =>
      (await collect(connector.list({}))).map((page) => page.map(({ key }) => key).join(''));
    return { storage, connector, pages };
  }

  it('are an empty page, and an early end', async () => {
    const { storage, pages } = await opened();
    storage.faults = { page: (page) => (page === 1 ? 'empty' : undefined) };
    expect(await pages()).toEqual(['ab', '', 'cd', 'e']);
    storage.faults = { page: (page) => (page === 1 ? 'end' : undefined) };
    expect(await pages()).toEqual(['ab']);
    expect(storage.calls).toMatchObject({ pages: 6, open: 0 });
  });

  it('are a change between listing and reading, and a refusal to write', async () => {
    const { storage, connector } = await opened();
    const object = await connector.stat('a');
    if (!object) throw new Error('a is missing');
    storage.faults = { opening: (key) => storage.put(key, bytesOf('new')), readOnly: true };
    await expect(connector.open(object, { maxBytes: 9 })).rejects.toMatchObject({ code: 'object_changed' });
    await expect(connector.put('a', bytesOf('1'), 'text/plain')).rejects.toMatchObject({
      code: 'storage_access_denied',
    });
    storage.faults = {};
    storage.put('a', bytesOf('cold'), { archived: true });
    const archived = await connector.stat('a');
    expect(archived?.archived).toBe(true);
    await expect(connector.open(archived ?? object, { maxBytes: 9 })).rejects.toMatchObject({
      code: 'archived_object',
    });
  });

  it('leave other tenants alone', async () => {
    const connectors = memoryConnectors();
    const location = located();
    connectors.storage(tenant, location.storage_id).put('a', bytesOf('1'));
    const other = await connectors.open(tenantId('other'), location, async () => undefined, 'test');
    expect(await collect(other.list({}))).toEqual([[]]);
    const own = await connectors.open(tenant, location, async () => undefined, 'test');
    const object = await own.stat('a');
    if (!object) throw new Error('a is missing');
    expect((await buffer(await own.open(object, { maxBytes: 1 }))).toString()).toBe('1');
  });
});
