import { lookup as resolveName } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import * as z from 'zod';
import { Problem } from '#shared/kernel/problems.ts';
import { isPublicAddress } from './public-addresses.ts';

/** `host:port` of an IP address, as a URL writes it: 127.0.0.1:9000, [::1]:9000. */
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|\[[\da-f:.]+\]):\d{1,5}$/;
const MAX_ADDRESSES = 20;

/** What functions that fetch strangers’ URLs need of their environment. */
export const WebEnv = z.object({
  /** Addresses that may be called although they are not public, separated by commas. Only env `local` has any. */
  WEB_ALLOWED_ADDRESSES: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((address) => address !== ''))
    .pipe(z.array(z.string().regex(ADDRESS)).max(MAX_ADDRESSES)),
});

/** Resolves a host’s name to all its IP addresses. Rejects if there is none. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** Decides which addresses our programs may connect to on behalf of a tenant. */
export interface AddressGuard {
  /** Exactly these `host:port` besides public addresses. */
  allowed: readonly string[];
  /** By default the system’s resolver. */
  resolve?: Resolve;
}

const systemResolve: Resolve = async (hostname) =>
  (await resolveName(hostname, { all: true })).map(({ address }) => address);

export const unsafeUrl = (detail: string) =>
  new Problem('unsafe_url', `${detail} Use an address of the public internet.`);

/** Removes the brackets of an IPv6 literal of a URL. */
export const withoutBrackets = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1');

/** Returns true if this very address and port are configured to be allowed. */
export const isConfigured = ({ allowed }: AddressGuard, address: string, port: number): boolean =>
  allowed.includes(isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`);

/**
 * Returns the addresses of a host, a literal’s own included, if a socket may be opened to every one of them.
 * @throws Problem `unsafe_url` if any must not be called; the resolver’s error
 */
export async function checkedAddresses(
  guard: AddressGuard,
  hostname: string,
  port: number,
): Promise<readonly string[]> {
  const host = withoutBrackets(hostname);
  const addresses = isIP(host) ? [host] : await (guard.resolve ?? systemResolve)(host);
  if (addresses.length === 0) throw Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' });
  const refused = addresses.some((each) => !isPublicAddress(each) && !isConfigured(guard, each, port));
  // Which address it was would map the inside of our network.
  if (refused) throw unsafeUrl(`The host ${host} must not be called.`);
  return addresses;
}

/**
 * Returns a `lookup` for one socket: it answers with checked addresses alone, so that the socket goes where the check
 * looked. Node calls no lookup for a literal: `checkedAddresses` must be called before.
 */
export const guardedLookup =
  (guard: AddressGuard, port: number): LookupFunction =>
  (hostname, options, callback) => {
    checkedAddresses(guard, hostname, port).then(
      (addresses) => {
        const answers = addresses.map((address) => ({ address, family: isIP(address) }));
        const [first] = answers;
        if (options.all || !first) callback(null, answers);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
