import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { getImage } from '#shared/contracts/http/images.ts';
import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import { getHealth, liveness, openApi, readiness } from '#shared/contracts/http/service.ts';
import { call } from './client.ts';
import { readStack } from './stack.ts';

describe('the service', () => {
  it('is alive, and all readiness checks pass', async () => {
    expect((await call(liveness)).body).toMatchObject({ status: 'ok' });
    const { status, body } = await call(readiness);
    expect(status).toBe(200);
    const details = ({ checks }: typeof body) => Object.values(checks).map((check) => Object(check).detail);
    expect(details(body)).toEqual(Array.from({ length: 5 }, () => 'available'));
    const headers = { authorization: `Bearer ${readStack().admin_token}` };
    expect(details((await call(getHealth, { headers })).body).join()).toContain('deeplens-lite-v1');
    expect(Object.values(body.checks).map((check) => Object(check).status)).toEqual([
      'ok',
      'ok',
      'ok',
      'ok',
      'ok',
    ]);
  });

  it('names the methods of a path to a call by another one', async () => {
    const paths = Map.groupBy(OPERATIONS, ({ path }) => path);
    const stage = readStack().api_url.replace(/\/v1$/, '');
    for (const [path, operations] of paths) {
      const methods = operations.map(({ method }) => String(method)).sort();
      const wrong = ['PUT', 'DELETE', 'POST'].find((method) => !methods.includes(method)) ?? 'HEAD';
      const url = stage + path.replaceAll(/[{].*?[}]/g, 'any');
      const reply = await fetch(url, { method: wrong, headers: { 'content-type': 'application/json' } });
      const allow = methods.join(', ');
      expect([path, reply.status, reply.headers.get('allow')]).toEqual([path, 405, allow]);
      expect(reply.headers.get('content-type')).toBe('application/problem+json');
      const instance = reply.headers.get('x-correlation-id');
      expect(instance).toMatch(/^[\w-]{8,}$/);
      expect(await reply.json()).toMatchObject({
        code: 'method_not_allowed',
        detail: expect.stringContaining(allow),
        instance,
      });
    }
    expect((await fetch(`${stage}/v1/nowhere`, { method: 'PUT' })).status).toBe(404);
  });

  it('answers the preflight of every path, and lets pages read replies and refusals', async () => {
    const stage = readStack().api_url.replace(/\/v1$/, '');
    const page = { origin: 'https://app.example' };
    const paths = Map.groupBy(OPERATIONS, ({ path }) => path);
    for (const [path, operations] of paths) {
      const url = stage + path.replaceAll(/[{].*?[}]/g, 'any');
      const asked = { ...page, 'access-control-request-method': 'POST' };
      const { status, headers } = await fetch(url, { method: 'OPTIONS', headers: asked });
      expect([path, status, headers.get('access-control-allow-origin')]).toEqual([path, 204, '*']);
      const methods = operations.map(({ method }) => method).sort();
      expect(headers.get('access-control-allow-methods')).toBe(methods.join(', '));
      expect(headers.get('access-control-allow-headers')).toContain('x-api-key');
    }
    for (const request of [{ path: '/health/live' }, { path: '/images' }, { path: '/nowhere' }]) {
      const { headers } = await fetch(`${readStack().api_url}${request.path}`, { headers: page });
      expect([request.path, headers.get('access-control-allow-origin')]).toEqual([request.path, '*']);
      expect(headers.get('access-control-expose-headers')).toContain('RateLimit');
    }
  });

  it('serves an OpenAPI document that passes the linter', async () => {
    const { body } = await call(openApi);
    const folder = await mkdtemp(join(tmpdir(), 'openapi-'));
    const file = join(folder, 'openapi.json');
    await writeFile(file, JSON.stringify(body));
    // Exits with 1 on errors; the promise then rejects with the output.
    const { stderr } = await promisify(execFile)('node_modules/.bin/redocly', ['lint', file]).finally(() =>
      rm(folder, { recursive: true }),
    );
    expect(stderr).toContain('Your API description is valid');
  });

  it('returns a problem for an unknown path and echoes the caller’s correlation id', async () => {
    const reply = await fetch(`${readStack().api_url}/nowhere`);
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
    expect(await reply.json()).toMatchObject({ status: reply.status, code: expect.any(String) });
    const { headers } = await call(liveness, { headers: { 'x-correlation-id': 'mine-42' } });
    expect(headers.get('x-correlation-id')).toBe('mine-42');
    expect((await call(getImage, { params: { image_id: 'x' } })).status).toBe(401);
  });
});
