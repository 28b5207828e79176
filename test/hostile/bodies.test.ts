import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { addImage, listImages, requestUploads } from '#shared/contracts/http/images.ts';
import type { Operation } from '#shared/contracts/http/operation.ts';
import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { changeSettings } from '#shared/contracts/http/settings.ts';
import { type Client, newTenant } from '../e2e/client.ts';
import { readStack } from '../e2e/stack.ts';
import type { BrokenBody } from '../fixtures/broken-bodies.ts';
import { ENDING_BODIES, HOSTILE_BODIES } from './bodies.ts';
import { HOSTILE_FILES } from './files.ts';
import { honestTenant } from './honest.ts';
import { ANSWER_MS } from './stated.ts';

/** A problem has at most 20 errors of 200 characters, escaped. */
const REPLY_BYTES = 30_000;
/** Operations of each way to take a body: a file or JSON; a form or JSON; JSON alone. */
const TAKERS = [addImage, searchSimilarity, requestUploads, changeSettings];
const WITH_BODY = OPERATIONS.filter(({ method }) => method !== 'GET');

let client: Client;
let honest: Awaited<ReturnType<typeof honestTenant>>;
beforeAll(async () => {
  client = await newTenant('bodies');
  honest = await honestTenant();
});

const credentialOf = (operation: Operation): Record<string, string> =>
  operation.policy === 'SystemAdmin'
    ? { authorization: `Bearer ${readStack().admin_token}` }
    : { 'x-api-key': client.key };

/** @param path below the API, as it is sent */
async function send(method: string, path: string, headers: Record<string, string>, body?: Buffer) {
  const url = `${readStack().api_url}${path.replace('/v1', '')}`;
  const reply = await fetch(url, { method, headers, ...(body && { body: new Uint8Array(body) }) });
  return { status: reply.status, text: await reply.text() };
}

async function sendBody(operation: Operation, sent: BrokenBody, credential: Record<string, string>) {
  const { contentType, contentEncoding } = sent;
  const headers = {
    ...credential,
    ...(contentType !== undefined && { 'content-type': contentType }),
    ...(contentEncoding !== undefined && { 'content-encoding': contentEncoding }),
  };
  return send(operation.method, operation.path.replaceAll(/\{\w+\}/g, 'x'), headers, sent.body);
}

/** Expects an answer, in time, that is not the service's fault, and no larger than a reply should be. */
async function expectAnswer(call: () => ReturnType<typeof send>): Promise<void> {
  const { reply, took } = await honest.during(call);
  expect(took).toBeLessThan(ANSWER_MS);
  expect(reply.status, reply.text).toBeLessThan(500);
  expect(reply.text.length).toBeLessThan(REPLY_BYTES);
}

describe('a hostile body', () => {
  it.each(HOSTILE_BODIES.map((sent, at) => [sent.name, sent, at] as const))(
    'is answered: %s',
    async (_name, sent, at) => {
      const taker = TAKERS[at % TAKERS.length] ?? addImage;
      const other = WITH_BODY[at % WITH_BODY.length] ?? addImage;
      await expectAnswer(() => sendBody(taker, sent, credentialOf(taker)));
      await expectAnswer(() => sendBody(other, sent, credentialOf(other)));
    },
  );

  it.each(WITH_BODY.map((operation) => [operation.id, operation] as const))(
    'is answered with and without a credential: %s',
    async (_id, operation) => {
      for (const sent of ENDING_BODIES) {
        await expectAnswer(() => sendBody(operation, sent, {}));
        await expectAnswer(() => sendBody(operation, sent, credentialOf(operation)));
      }
    },
  );
});

describe('a hostile address', () => {
  const long = 'x'.repeat(8_000);
  it.each([
    ['a query of 8 KB', `/v1/images?cursor=${long}`],
    ['a name of 8 KB', `/v1/images?${long}=1`],
    ['a query of 100 KB', `/v1/images?cursor=${'x'.repeat(100_000)}`],
    ['1 000 parameters', `/v1/images?${Array.from({ length: 1_000 }, (_, at) => `p${at}=1`).join('&')}`],
    ['a repeated parameter', `/v1/images?${'limit=1&'.repeat(500)}`],
    ['NUL in a query', '/v1/images?external_id=a%00b'],
    ['a lone surrogate in a query', '/v1/images?external_id=%ED%A0%80'],
    ['bytes that are not UTF-8', '/v1/images?external_id=%FF%C0'],
    ['a percent sign that escapes nothing', '/v1/images?external_id=%zz%'],
    ['a parameter of a prototype', '/v1/images?__proto__[limit]=1&constructor=1'],
    ['an id of 4 KB', `/v1/images/${'i'.repeat(4_000)}`],
    ['NUL in a path', '/v1/images/img%00'],
    ['a path upwards', '/v1/images/..%2f..%2fadmin%2ftenants'],
    ['a path that escapes nothing', '/v1/images/%zz'],
    ['an empty id', '/v1/images//'],
  ])('is answered: %s', async (_name, path) => {
    await expectAnswer(() => send('GET', path, { 'x-api-key': client.key }));
  });
});

/** Sends the head of a request, then a byte of its body a second. @returns all that is answered, and after how long */
async function sendSlowly(): Promise<{ reply: string; took: number }> {
  const { hostname, port, pathname } = new URL(`${readStack().api_url}/search/similarity`);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {}); // ended by the service
  const started = performance.now();
  socket.write(
    `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\nx-api-key: ${client.key}\r\n` +
      'content-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
  );
  const drip = setInterval(() => socket.write(' '), 1_000);
  const reply = await text(socket);
  clearInterval(drip);
  return { reply, took: performance.now() - started };
}

describe('a body that comes a byte a second', () => {
  it('is ended by a deadline, and many of them hold up nobody', async () => {
    let answers: Awaited<ReturnType<typeof sendSlowly>>[] = [];
    const slow = Promise.all(Array.from({ length: 40 }, sendSlowly)).then((all) => {
      answers = all;
    });
    for (let second = 0; second < 5; second++) await honest.during(() => sleep(200));
    await slow;
    for (const { reply, took } of answers) {
      expect(reply).toContain('HTTP/1.1 408');
      expect(took).toBeLessThan(35_000);
    }
  });
});

describe('after them', () => {
  it('honest searches are less than twice as slow, and the service is alive', async () => {
    expect((await client.call(listImages)).status).toBe(200);
    await honest.expectUnharmed();
  });

  it('over 200 files and bodies were sent, each named once', () => {
    const files = HOSTILE_FILES.filter(({ isLarge }) => !isLarge); // search.test.ts
    const names = [...files, ...HOSTILE_BODIES].map(({ name }) => name);
    expect(names.length).toBeGreaterThan(200);
    expect(new Set(names).size).toBe(names.length);
  });
});
