import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connector } from '#shared/connectors/connector.ts';
import type { Credentials } from '#shared/connectors/credentials.ts';
import { openConnectors } from '#shared/connectors/open-connectors.ts';
import { newStorageId, tenantId } from '#shared/kernel/ids.ts';
import { replied, type ScriptedServer, scriptedServer } from './scripted-server.ts';

let server: ScriptedServer;
beforeAll(async () => {
  server = await scriptedServer();
});
afterAll(() => server.stop());

const SAS = { sas_token: 'sv=2026-01-01&sig=the-signature' };
const open = (credentials: Credentials | undefined = SAS, prefix = ''): Promise<Connector> => {
  const config = { account: 'acme', container: 'photographs', endpoint: `http://${server.address}` };
  const location = { type: 'azure_blob' as const, config, storage_id: newStorageId(), prefix };
  return openConnectors({ allowed: [server.address] }).open(
    tenantId('acme'),
    location,
    async () => credentials,
    'job',
  );
};
const blob = (name: string, tier = 'Hot') =>
  `<Blob><Name>${name}</Name><Properties><Last-Modified>Mon, 02 Nov 2026 08:00:00 GMT</Last-Modified><Etag>0x1</Etag>` +
  `<Content-Length>3</Content-Length><AccessTier>${tier}</AccessTier></Properties></Blob>`;
const listing = (blobs: string, marker = '') =>
  replied(
    200,
    `<?xml version="1.0"?><EnumerationResults><Blobs>${blobs}</Blobs><NextMarker>${marker}</NextMarker></EnumerationResults>`,
    { 'content-type': 'application/xml' },
  );
const failure = (status: number, code: string) =>
  replied(status, `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`, {
    'content-type': 'application/xml',
    'x-ms-error-code': code,
  });
async function keysOf(connector: Connector): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of connector.list({}))
    keys.push(...page.map(({ key, archived }) => key + (archived ? ' (archived)' : '')));
  return keys;
}

describe('a listing of Azure', () => {
  it('goes on behind an empty page with a marker, and knows archived blobs', async () => {
    server.reply(listing(blob('a'), 'm1'), listing('', 'm2'), listing(blob('b', 'Archive')));
    expect(await keysOf(await open())).toEqual(['a', 'b (archived)']);
    expect(server.requests).toHaveLength(3);
  });

  it('fails, and is not complete, where a later page is refused', async () => {
    server.reply(listing(blob('a'), 'm1'), failure(403, 'AuthorizationPermissionMismatch'));
    await expect(keysOf(await open())).rejects.toMatchObject({
      code: 'storage_access_denied',
      message: expect.stringMatching(/AuthorizationPermissionMismatch.*permissions r and l/),
    });
  });

  it('keeps the signature out of its problems', async () => {
    server.reply(failure(403, 'AuthenticationFailed'));
    const failed = await keysOf(await open()).catch((error: unknown) => error);
    expect(inspect(failed, { depth: 20 })).not.toContain('the-signature');
  });

  it.each([
    [404, 'ContainerNotFound', 'bucket_not_found'],
    [409, 'BlobArchived', 'archived_object'],
    [400, 'InvalidQueryParameterValue', 'storage_unreachable'],
  ])('fails: %i %s', async (status, name, code) => {
    server.reply(failure(status, name));
    await expect(keysOf(await open())).rejects.toMatchObject({
      code,
      message: expect.stringContaining(name),
    });
  });

  it('is not asked for without credentials of Azure', async () => {
    server.reply(listing(''));
    const keys = { access_key_id: 'a', secret_access_key: 's' };
    await expect(keysOf(await open(keys))).rejects.toMatchObject({ code: 'storage_access_denied' });
    expect(server.requests).toEqual([]);
  });
});

it.each(['../other/a', 'a/./b', '..', 'a\\b'])(
  'the name %s, which Azure resolves, leads to no other blob',
  async (key) => {
    server.reply(replied(200, 'abc'));
    const connector = await open();
    const refused = { code: 'invalid_request' };
    await expect(connector.stat(key)).rejects.toMatchObject(refused);
    await expect(connector.open({ key, changeToken: '1' }, { maxBytes: 9 })).rejects.toMatchObject(refused);
    await expect(connector.put(key, Buffer.from('a'), 'text/plain')).rejects.toMatchObject(refused);
    await expect(connector.remove({ key, changeToken: '1' })).rejects.toMatchObject(refused);
    expect(server.requests).toEqual([]);
  },
);
