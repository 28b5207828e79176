import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connector, StorageObject } from '#shared/connectors/connector.ts';
import type { Credentials } from '#shared/connectors/credentials.ts';
import { openConnectors } from '#shared/connectors/open-connectors.ts';
import { newStorageId, tenantId } from '#shared/kernel/ids.ts';
import { replied, type ScriptedServer, scriptedServer } from './scripted-server.ts';

let server: ScriptedServer;
beforeAll(async () => {
  server = await scriptedServer();
});
afterAll(() => server.stop());

const KEYS = { access_key_id: 'tenants-key', secret_access_key: 'tenants-secret' };

const open = (
  endpoint = `http://${server.address}`,
  credentials: () => Promise<Credentials | undefined> = async () => KEYS,
): Promise<Connector> => {
  const config = { endpoint, bucket: 'photographs' };
  const location = { type: 'minio' as const, config, storage_id: newStorageId(), prefix: 'in/' };
  return openConnectors({ allowed: [server.address] }).open(tenantId('acme'), location, credentials, 'job');
};

const entry = (key: string, more = '') =>
  `<Contents><Key>${key}</Key><LastModified>2026-11-02T08:00:00.123Z</LastModified><ETag>"1"</ETag><Size>3</Size>${more}</Contents>`;
const listing = (entries: string, more = '') =>
  replied(
    200,
    `<?xml version="1.0"?><ListBucketResult><EncodingType>url</EncodingType>${entries}${more}</ListBucketResult>`,
  );
const truncated = (token?: string) =>
  `<IsTruncated>true</IsTruncated>${token ? `<NextContinuationToken>${token}</NextContinuationToken>` : ''}`;
const failure = (status: number, code: string, more = '') =>
  replied(status, `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message>${more}</Error>`);

async function listed(connector: Connector): Promise<StorageObject[]> {
  const objects: StorageObject[] = [];
  for await (const page of connector.list({})) objects.push(...page);
  return objects;
}
const keysOf = (objects: StorageObject[]) => objects.map(({ key }) => key);
const OBJECT = { key: 'in/a', changeToken: '"1"' };
const read = async (maxBytes = 100) => buffer(await (await open()).open(OBJECT, { maxBytes }));

describe('a listing of S3', () => {
  it('goes on behind an empty page with a token', async () => {
    server.reply(
      listing(entry('in/a'), truncated('t1')),
      listing('', truncated('t2')),
      listing(entry('in/b')),
    );
    expect(keysOf(await listed(await open()))).toEqual(['in/a', 'in/b']);
    expect(
      server.requests.map(({ url }) => new URL(url ?? '', 'http://x').searchParams.get('continuation-token')),
    ).toEqual([null, 't1', 't2']);
  });

  it('goes on behind its last key where the server leaves the token out', async () => {
    server.reply(listing(entry('in/a%2Bb+c'), truncated()), listing(entry('in/d')));
    expect(keysOf(await listed(await open()))).toEqual(['in/a+b c', 'in/d']);
    expect(new URL(server.requests[1]?.url ?? '', 'http://x').searchParams.get('start-after')).toBe(
      'in/a+b c',
    );
  });

  it('fails where nothing says how to go on', async () => {
    server.reply(listing('', truncated()));
    await expect(listed(await open())).rejects.toMatchObject({ code: 'storage_unreachable' });
  });

  it('fails where the server lists nothing for ever', async () => {
    server.reply(listing('', truncated('again')));
    await expect(listed(await open())).rejects.toMatchObject({ code: 'storage_unreachable' });
    expect(server.requests).toHaveLength(1_000);
  });

  it('fails, and is not complete, where a later page is refused', async () => {
    server.reply(listing(entry('in/a'), truncated('t1')), failure(403, 'AccessDenied'));
    await expect(listed(await open())).rejects.toMatchObject({
      code: 'storage_access_denied',
      message: expect.stringMatching(/AccessDenied.*s3:ListBucket.*arn:aws:s3:::photographs.*in\/\*/),
    });
  });

  it('knows archived objects', async () => {
    const tier = (name: string) => `<StorageClass>${name}</StorageClass>`;
    const tiers = ['STANDARD', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'];
    server.reply(listing(tiers.map((name) => entry(`in/${name}`, tier(name))).join('')));
    const archived = (await listed(await open())).filter((object) => object.archived);
    expect(keysOf(archived)).toEqual(['in/GLACIER', 'in/DEEP_ARCHIVE']);
  });

  it('states times in seconds', async () => {
    server.reply(listing(entry('in/a')));
    expect((await listed(await open()))[0]?.changedAt).toBe('2026-11-02T08:00:00.000Z');
  });

  it('reads no endless reply', async () => {
    server.reply((_, response) => {
      response.writeHead(200, { 'content-type': 'application/xml' });
      const send = () => {
        while (!response.destroyed && response.write(Buffer.alloc(1_000_000, ' ')));
        if (!response.destroyed) response.once('drain', send);
      };
      send();
    });
    await expect(listed(await open())).rejects.toMatchObject({ code: 'payload_too_large' });
  });
});

describe('an error of S3 becomes', () => {
  it.each([
    [404, 'NoSuchBucket', 'bucket_not_found'],
    [403, 'AccessDenied', 'storage_access_denied'],
    [403, 'InvalidAccessKeyId', 'storage_access_denied'],
    [403, 'SignatureDoesNotMatch', 'storage_access_denied'],
    [400, 'ExpiredToken', 'storage_access_denied'],
    [301, 'PermanentRedirect', 'region_mismatch'],
    [400, 'AuthorizationHeaderMalformed', 'region_mismatch'],
    [503, 'SlowDown', 'storage_unreachable'],
    [500, 'InternalError', 'storage_unreachable'],
    [501, 'NotImplemented', 'storage_unreachable'],
    [404, 'NoSuchThing', 'storage_unreachable'],
  ])('%i %s: %s', async (status, name, code) => {
    server.reply(failure(status, name, '<Region>eu-west-3</Region>'));
    const failed = listed(await open());
    await expect(failed).rejects.toMatchObject({ code, message: expect.stringContaining(name) });
    if (code === 'region_mismatch') await expect(failed).rejects.toThrow('eu-west-3');
  });

  it('storage_unreachable, where the server speaks no S3', async () => {
    server.reply(replied(200, '<html><body>Welcome', { 'content-type': 'text/html' }));
    await expect(listed(await open())).rejects.toMatchObject({ code: 'storage_unreachable' });
  });

  it('region_mismatch, where a redirect leads elsewhere, which is not followed', async () => {
    server.reply(replied(307, '', { location: `http://${server.address}/elsewhere` }));
    await expect(listed(await open())).rejects.toMatchObject({ code: 'region_mismatch' });
    expect(server.requests.map(({ url }) => url?.split('?')[0])).toEqual(['/photographs/']);
  });
});

describe('an object of S3', () => {
  it('is opened on condition of its token', async () => {
    server.reply(replied(200, 'abc'));
    expect((await read()).toString()).toBe('abc');
    expect(server.requests[0]?.headers['if-match']).toBe('"1"');
  });

  it.each([
    [412, 'PreconditionFailed', 'object_changed'],
    [404, 'NoSuchKey', 'not_found'],
    [403, 'InvalidObjectState', 'archived_object'],
    [403, 'AccessDenied', 'storage_access_denied'],
  ])('cannot be opened: %i %s', async (status, name, code) => {
    server.reply(failure(status, name));
    await expect(read()).rejects.toMatchObject({ code });
  });

  it('is not read where it announces too many bytes, nor beyond them where it announces none', async () => {
    server.reply(replied(200, 'abcd', { 'content-length': '4' }));
    await expect(read(3)).rejects.toMatchObject({ code: 'payload_too_large' });
    server.reply(replied(200, 'abcd', { 'transfer-encoding': 'chunked' }));
    await expect(read(3)).rejects.toMatchObject({ code: 'payload_too_large' });
  });

  it('is unreachable where the connection ends in the middle', async () => {
    server.reply((_, response) => {
      response.writeHead(200, { 'content-length': '1000000' });
      response.write('abc', () => response.destroy());
    });
    await expect(read(2_000_000)).rejects.toMatchObject({ code: 'storage_unreachable', retryable: true });
  });

  it('that is being restored is archived, and one that was restored is not', async () => {
    const head = (restore: string) =>
      replied(200, '', { 'x-amz-storage-class': 'GLACIER', 'x-amz-restore': restore, etag: '"1"' });
    server.reply(head('ongoing-request="true"'), head('ongoing-request="false", expiry-date="x"'));
    const connector = await open();
    expect((await connector.stat('in/a'))?.archived).toBe(true);
    expect((await connector.stat('in/a'))?.archived).toBe(false);
  });
});

describe('a server that a tenant names', () => {
  it('gets the tenant’s keys, the newest ones', async () => {
    server.reply(listing(''));
    let keys: Credentials = KEYS;
    const connector = await open(undefined, async () => keys);
    await listed(connector);
    keys = { ...KEYS, access_key_id: 'newer-key' };
    await listed(connector);
    expect(
      server.requests.map(({ headers }) => /Credential=([\w-]+)/.exec(headers.authorization ?? '')?.[1]),
    ).toEqual(['tenants-key', 'newer-key']);
  });

  it('gets the HMAC keys of a bucket of Google', async () => {
    server.reply(listing(entry('in/a')));
    const config = { endpoint: `http://${server.address}`, bucket: 'photographs' };
    const location = { type: 'gcs' as const, config, storage_id: newStorageId(), prefix: '' };
    const connectors = openConnectors({ allowed: [server.address] });
    const connector = await connectors.open(tenantId('acme'), location, async () => ({ hmac: KEYS }), 'job');
    expect(keysOf(await listed(connector))).toEqual(['in/a']);
    expect(server.requests[0]?.headers.authorization).toMatch(/Credential=tenants-key\/\d+\/auto\/s3/);
  });

  it.each([
    ['none', undefined],
    ['those of Azure', { sas_token: 'sv=1' }],
  ])('is not called without its keys: with %s', async (_, credentials) => {
    process.env.AWS_ACCESS_KEY_ID = 'our-own-key';
    process.env.AWS_SECRET_ACCESS_KEY = 'our-own-secret';
    try {
      server.reply(listing(''));
      const connector = await open(undefined, async () => credentials);
      await expect(listed(connector)).rejects.toMatchObject({ code: 'storage_access_denied' });
      expect(server.requests).toEqual([]);
    } finally {
      delete process.env.AWS_ACCESS_KEY_ID;
      delete process.env.AWS_SECRET_ACCESS_KEY;
    }
  });

  it.each([
    'http://storage.example.com',
    'https://user:secret@storage.example.com',
    'https://storage.example.com:22',
    'ftp://storage.example.com',
    'storage.example.com',
  ])('has an address that is refused at once: %s', async (endpoint) => {
    await expect(open(endpoint)).rejects.toMatchObject({ code: 'unsafe_url' });
  });

  it.each(['https://storage.example.com/path', 'https://storage.example.com/?x=1'])(
    'has nothing but an origin: %s',
    async (endpoint) => {
      await expect(open(endpoint)).rejects.toMatchObject({ code: 'invalid_request' });
    },
  );

  it.each(['https://127.0.0.1:9000', 'https://2130706433', 'https://[::1]', 'https://169.254.169.254'])(
    'is not called at %s',
    async (endpoint) => {
      await expect(listed(await open(endpoint))).rejects.toMatchObject({ code: 'unsafe_url' });
    },
  );
});
