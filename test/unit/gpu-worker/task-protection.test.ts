import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { taskProtection } from '../../../gpu-worker/task-protection.ts';

const calls: { method: string | undefined; url: string | undefined; body: unknown }[] = [];
let status = 200;
const agent = createServer(async (request, response) => {
  calls.push({ method: request.method, url: request.url, body: JSON.parse(await text(request)) });
  response.writeHead(status).end('{}');
});
let uri: string;

beforeEach(async () => {
  calls.length = 0;
  status = 200;
  agent.listen(0, '127.0.0.1');
  await once(agent, 'listening');
  uri = `http://127.0.0.1:${(agent.address() as AddressInfo).port}/api/task`; // it listens on TCP
});
afterEach(() => {
  agent.closeAllConnections();
  agent.close();
});

describe('task protection', () => {
  it('is set once, not for every batch, and released once', async () => {
    const errors: unknown[] = [];
    const { protect, release } = taskProtection(uri, (error) => errors.push(error));
    await release();
    await protect();
    await protect();
    await release();
    await release();
    expect(calls).toEqual([
      {
        method: 'PUT',
        url: '/api/task/task-protection/v1/state',
        body: { ProtectionEnabled: true, ExpiresInMinutes: 60 },
      },
      { method: 'PUT', url: '/api/task/task-protection/v1/state', body: { ProtectionEnabled: false } },
    ]);
    expect(errors).toEqual([]);
  });

  it('is retried after a refusal and never throws', async () => {
    const errors: unknown[] = [];
    const { protect } = taskProtection(uri, (error) => errors.push(error));
    status = 400;
    await protect();
    status = 200;
    await protect();
    expect(calls).toHaveLength(2);
    expect(errors).toEqual([expect.objectContaining({ message: 'The ECS agent answered 400: {}' })]);
  });

  it('makes no call outside ECS', async () => {
    const { protect, release } = taskProtection(undefined, () => expect.unreachable());
    await protect();
    await release();
    expect(calls).toEqual([]);
  });
});
