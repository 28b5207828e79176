import { Problem } from '#shared/kernel/problems.ts';
import { type UnreachableReason, UnreachableUrl } from './web-client.ts';

/** Codes of Node and undici; TLS has too many to list, see `reasonOf`. */
const REASONS: Readonly<Record<string, UnreachableReason>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  EAI_NODATA: 'dns',
  ENODATA: 'dns',
  ESERVFAIL: 'dns',
  ECONNREFUSED: 'connect',
  EHOSTUNREACH: 'connect',
  ENETUNREACH: 'connect',
  EADDRNOTAVAIL: 'connect',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
};
const TLS =
  /^(CERT_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|EPROTO)/;

/** Translates an error of a request or a resolver; Problems stay as they are. */
export function unreachable(error: unknown): unknown {
  if (error instanceof Problem) return error;
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return new UnreachableUrl('timeout', error);
  const reason = error instanceof Error ? reasonOf(error) : undefined;
  return reason ? new UnreachableUrl(reason, error) : error;
}

/** @param error of several addresses that were tried, the first one's error decides */
function reasonOf(error: Error): UnreachableReason | undefined {
  if (error.name === 'HTTPParserError') return 'protocol';
  const code = 'code' in error ? String(error.code) : undefined;
  if (code === undefined) {
    const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
    return first instanceof Error ? reasonOf(first) : undefined;
  }
  if (TLS.test(code)) return 'tls';
  return REASONS[code] ?? (code.startsWith('UND_ERR_') ? 'protocol' : undefined);
}
