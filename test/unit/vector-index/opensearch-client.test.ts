import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSearchClient } from '#shared/vector-index/opensearch-client.ts';

const CREDENTIAL = /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/es\/aws4_request, /;

describe('the client of OpenSearch', () => {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    response.setHeader('content-type', 'application/json').end('{"count":0}');
  });
  let endpoint = '';
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    endpoint = `http://127.0.0.1:${address.port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    seen.length = 0;
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('AWS_SESSION_TOKEN', 'token');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("signs with the role's credentials, for the domain's region and for the service es", async () => {
    const client = openSearchClient({ endpoint, auth: 'sigv4', region: 'eu-central-1' });
    await client.count({ index: 'images-m', body: { query: { match_all: {} } } });
    const [headers] = seen;
    expect(headers?.authorization).toMatch(CREDENTIAL);
    expect(headers?.authorization).toMatch(
      /SignedHeaders=[a-z0-9;-]*host[a-z0-9;-]*, Signature=[0-9a-f]{64}$/,
    );
    expect(headers?.['x-amz-security-token']).toBe('token');
    expect(headers?.['x-amz-content-sha256']).toMatch(/^[0-9a-f]{64}$/);
  });

  it('signs each request with the digest of its own body', async () => {
    const client = openSearchClient({ endpoint, auth: 'sigv4', region: 'eu-central-1' });
    for (const tenant_id of ['alice', 'bob']) {
      await client.count({ index: 'images-m', body: { query: { term: { tenant_id } } } });
    }
    const [one, other] = seen;
    expect(one?.['x-amz-content-sha256']).not.toBe(other?.['x-amz-content-sha256']);
    expect(one?.authorization).not.toBe(other?.authorization);
  });

  it('sends no credential to a node without authentication', async () => {
    await openSearchClient({ endpoint, auth: 'none', region: 'eu-central-1' }).count({ index: 'images-m' });
    expect(seen[0]).not.toHaveProperty('authorization');
    expect(seen[0]).not.toHaveProperty('x-amz-security-token');
  });
});
