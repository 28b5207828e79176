import { buildConnector, Client, type Dispatcher } from 'undici';
import { Problem } from '#shared/kernel/problems.ts';
import { type AddressGuard, checkedAddresses, guardedLookup, isConfigured } from './address-guard.ts';
import { checkUrl, portOf } from './check-url.ts';
import { isPublicAddress } from './public-addresses.ts';
import { unreachable } from './unreachable.ts';
import {
  UnreachableUrl,
  type WebClient,
  type WebPurpose,
  type WebReply,
  type WebRequest,
} from './web-client.ts';

const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * A `WebClient` over undici. Each request has a connection of its own: nothing of one tenant’s call is left for the next.
 * Redirects are followed here, since each has to be checked; bodies are taken as they come, since none is decompressed.
 */
export const undiciWebClient = (guard: AddressGuard): WebClient => ({
  async check(url, purpose) {
    const target = checkUrl(guard, url, purpose);
    await checkedAddresses(guard, target.hostname, portOf(target)).catch((error: unknown) => {
      throw unreachable(error);
    });
  },

  async fetch(url, purpose, request) {
    const signal = AbortSignal.timeout(purpose.seconds * 1_000);
    let target = checkUrl(guard, url, purpose);
    for (let left = purpose.redirects; ; left--) {
      const reply = await once(guard, target, purpose, request, signal);
      const { location } = reply.headers;
      if (purpose.redirects === 0 || !REDIRECTS.includes(reply.status) || location === undefined)
        return reply;
      if (left === 0) throw new UnreachableUrl('redirects');
      target = checkUrl(guard, URL.parse(location, target.href)?.href ?? '', purpose);
    }
  },
});

/** Sends one request over a connection of its own. @throws as `WebClient.fetch` */
async function once(
  guard: AddressGuard,
  target: URL,
  purpose: WebPurpose,
  { method, headers, body }: WebRequest,
  signal: AbortSignal,
): Promise<WebReply> {
  let ip = '';
  const client = new Client(target.origin, {
    connect: connector(guard, purpose, (address) => {
      ip = address;
    }),
    pipelining: 0,
  });
  try {
    const reply = await client.request({
      method,
      path: `${target.pathname}${target.search}`,
      headers: { ...headers, 'accept-encoding': 'identity' },
      body: body ?? null,
      signal,
    });
    return {
      status: reply.statusCode,
      headers: firstOfEach(reply.headers),
      ...(await read(reply, purpose)),
      ip,
    };
  } catch (error) {
    throw unreachable(error);
  } finally {
    await client.destroy();
  }
}

/** Opens a socket to a checked address. Node calls no lookup for a literal, so those are checked before. */
function connector(
  guard: AddressGuard,
  { connectSeconds }: WebPurpose,
  connected: (address: string) => void,
): buildConnector.connector {
  return (options, callback) => {
    const usual = options.protocol === 'https:' ? 443 : 80;
    const port = Number(options.port) || usual;
    const connect = buildConnector({
      lookup: guardedLookup(guard, port),
      timeout: connectSeconds * 1_000,
      allowH2: false,
    });
    checkedAddresses(guard, options.hostname, port).then(
      () =>
        connect(options, (...outcome) => {
          const address = outcome[1]?.remoteAddress ?? '';
          if (!outcome[1] || isPublicAddress(address) || isConfigured(guard, address, port)) {
            connected(address);
            callback(...outcome);
          } else {
            outcome[1].destroy(); // cannot happen while lookups are guarded
            callback(new Problem('unsafe_url', 'The host must not be called.'), null);
          }
        }),
      (error: Error) => callback(error, null),
    );
  };
}

/** @throws Problem `payload_too_large` */
async function read(
  { headers, body }: Dispatcher.ResponseData,
  { bytes: most, longer }: WebPurpose,
): Promise<Pick<WebReply, 'bytes' | 'cut'>> {
  const announced = Number(headers['content-length']);
  if (longer === 'refuse' && announced > most) throw tooLarge(most);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size <= most) continue;
    if (longer === 'refuse') throw tooLarge(most);
    return { bytes: Buffer.concat(chunks).subarray(0, most), cut: true };
  }
  return { bytes: Buffer.concat(chunks), cut: false };
}

const tooLarge = (most: number) =>
  new Problem('payload_too_large', `The URL answers with more than ${most} bytes.`);

const firstOfEach = (headers: Dispatcher.ResponseData['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const first = Array.isArray(value) ? value[0] : value;
      return first === undefined ? [] : [[name.toLowerCase(), first]];
    }),
  );
