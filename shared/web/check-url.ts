import { type AddressGuard, isConfigured, unsafeUrl, withoutBrackets } from './address-guard.ts';
import type { WebPurpose } from './web-client.ts';

/** The longest URL that is taken, and the longest host that DNS knows, in characters. */
export const MAX_URL = 2_048;
const MAX_HOST = 253;
const USUAL_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** Returns the port that a URL is called at. */
export const portOf = (url: URL): number =>
  url.port === '' ? (USUAL_PORTS[url.protocol] ?? 0) : Number(url.port);

/**
 * Parses a URL and checks its form. The URL’s parser writes every form of an IPv4 address (decimal, octal, hexadecimal,
 * short) as four numbers. A configured address is free in scheme and port.
 * @throws Problem `unsafe_url`
 */
export function checkUrl(
  guard: AddressGuard,
  text: string,
  { schemes, ports }: Pick<WebPurpose, 'schemes' | 'ports'>,
): URL {
  const url = text.length <= MAX_URL ? URL.parse(text) : null;
  if (!url) throw unsafeUrl('The URL cannot be read.');
  const { protocol, username, password, hostname } = url;
  if (protocol !== 'https:' && protocol !== 'http:') throw unsafeUrl('The URL is neither https nor http.');
  if (username !== '' || password !== '') throw unsafeUrl('The URL holds a user name or a password.');
  if (hostname === '' || hostname.length > MAX_HOST) throw unsafeUrl('The URL has no valid host.');
  const port = portOf(url);
  if (isConfigured(guard, withoutBrackets(hostname), port)) return url;
  if (!schemes.includes(protocol)) throw unsafeUrl('The URL is not https.');
  if (!ports.includes(port)) throw unsafeUrl(`The port ${port} is none of ${ports.join(', ')}.`);
  return url;
}
