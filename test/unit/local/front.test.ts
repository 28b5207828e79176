import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type Front, startFront } from '../../../infra/local/front.ts';

let emulator: Server;
let front: Front;
afterEach(async () => {
  await front.stop();
  emulator.close();
  emulator.closeAllConnections();
});

/** Starts a front before a stub of the emulator. */
async function start(answer: RequestListener): Promise<void> {
  emulator = createServer(answer).listen(0, '127.0.0.1');
  await once(emulator, 'listening');
  front = await startFront({ port: 0, emulatorUrl: `http://127.0.0.1:${port()}`, apiId: 'abc12345' });
}
const port = () => Object(emulator.address()).port;

describe('the local front', () => {
  it('forwards API calls with the host name that the emulator expects', async () => {
    let seen: IncomingMessage | undefined;
    await start((request, response) => {
      seen = request;
      response.writeHead(201, { 'x-kept': 'yes' }).end('made');
    });
    const reply = await fetch(`${front.origin}/api/v1/images?limit=3`, { method: 'POST', body: 'x' });
    expect([reply.status, reply.headers.get('x-kept'), await reply.text()]).toEqual([201, 'yes', 'made']);
    expect(seen?.url).toBe('/api/v1/images?limit=3');
    expect(seen?.headers.host).toBe(`abc12345.execute-api.localhost:${port()}`);
  });

  it('limits concurrent calls to the emulator, and answers all of a burst', async () => {
    let now = 0;
    let most = 0;
    await start((_request, response) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now--;
        response.end('done');
      }, 10);
    });
    const replies = await Promise.all(Array.from({ length: 60 }, () => fetch(`${front.origin}/api/v1/x`)));
    expect(replies.every(({ ok }) => ok)).toBe(true);
    expect(most).toBeLessThanOrEqual(12);
  });

  it('responds with a problem if the emulator is unavailable', async () => {
    await start((request) => void request.destroy());
    const reply = await fetch(`${front.origin}/api/v1/x`);
    expect(reply.status).toBe(502);
    expect(reply.headers.get('content-type')).toBe('application/problem+json');
    expect(await reply.json()).toMatchObject({ code: 'dependency_unavailable', status: 502 });
  });

  it('serves a page at its root, and nothing of the emulator but the API', async () => {
    await start((_request, response) => void response.end('emulator'));
    expect(await (await fetch(front.origin)).text()).toContain('DeepLens is up');
    expect((await fetch(`${front.origin}/apiary`)).status).toBe(404);
  });
});
