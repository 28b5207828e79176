import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP } from 'node:net';
import { type AddressGuard, checkedAddresses, guardedLookup, withoutBrackets } from './address-guard.ts';

/** Milliseconds after which an unused socket is closed. */
const IDLE = 10_000;
const OPTIONS = { keepAlive: true, timeout: IDLE, scheduling: 'lifo' } as const;

type Connect = HttpAgent['createConnection'];

/** Wraps an agent’s way to open a socket: a literal is checked before, a name by the socket’s lookup. */
const guarded =
  (guard: AddressGuard, connect: Connect): Connect =>
  (options, callback) => {
    const port = Number(options.port);
    const host = withoutBrackets(options.host ?? options.hostname ?? 'localhost');
    const checked = { ...options, lookup: guardedLookup(guard, port) };
    if (isIP(host) === 0) return connect(checked, callback);
    checkedAddresses(guard, host, port).then(
      () => callback?.(null, connect(checked) as Parameters<NonNullable<typeof callback>>[1]),
      (error: Error) => callback?.(error, undefined as never), // Node reads no socket beside an error
    );
    return undefined;
  };

/**
 * Agents for an SDK that speaks `node:http(s)` to an endpoint that a tenant named: sockets are opened to public and
 * configured addresses alone. They fail with Problem `unsafe_url`. Redirects are new requests, and so are checked.
 */
export function guardedAgents(guard: AddressGuard): { http: HttpAgent; https: HttpsAgent } {
  const http = new HttpAgent(OPTIONS);
  const https = new HttpsAgent(OPTIONS);
  http.createConnection = guarded(guard, http.createConnection.bind(http));
  https.createConnection = guarded(guard, https.createConnection.bind(https));
  return { http, https };
}
