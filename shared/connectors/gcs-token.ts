import { JWT, JWTAccess } from 'google-auth-library';
import { Problem } from '#shared/kernel/problems.ts';
import type { Credentials } from './credentials.ts';
import { causeOf, unreachableStorage } from './unreachable-storage.ts';

const SCOPE = 'https://www.googleapis.com/auth/devstorage.read_write';

/** Returns the headers that authorise a call, made of a service account's key. */
export type Authorise = (found: Credentials | undefined) => Promise<Record<string, string>>;

/**
 * Google's own endpoint gets a short-lived token that Google issues for the key. Any other endpoint gets a token that is
 * signed for it alone, and of no use elsewhere. Of the key's file only the name and the key are read, no addresses.
 */
export function gcsAuthorise(origin: string): Authorise {
  const isGoogle = new URL(origin).hostname.endsWith('.googleapis.com');
  let opened: { by: string; headers: () => Promise<Headers> } | undefined;
  return async (found) => {
    const { email, key } = accountOf(found);
    if (opened?.by !== key) {
      const google = new JWT({ email, key, scopes: [SCOPE] });
      const other = new JWTAccess(email, key);
      const headers = async () =>
        isGoogle ? google.getRequestHeaders() : other.getRequestHeaders(`${origin}/`);
      opened = { by: key, headers };
    }
    try {
      return Object.fromEntries(await opened.headers());
    } catch (error) {
      throw tokenProblem(error);
    }
  };
}

function accountOf(found: Credentials | undefined): { email: string; key: string } {
  const account = found && 'service_account' in found ? found.service_account : {};
  const { client_email: email, private_key: key } = account;
  if (typeof email === 'string' && typeof key === 'string') return { email, key };
  throw new Problem(
    'storage_access_denied',
    'The storage has no key of a service account. Give service_account: its JSON file, with client_email and private_key.',
  );
}

/** A key that cannot sign, or that Google no longer takes, is refused; all else passes. */
function tokenProblem(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const status = 'status' in error && typeof error.status === 'number' ? error.status : 0;
  const code = 'code' in error ? String(error.code) : error.name;
  const isRefused = (status >= 400 && status < 500 && status !== 429) || code.startsWith('ERR_OSSL');
  if (!isRefused) return unreachableStorage(error, status, code);
  return new Problem(
    'storage_access_denied',
    `Google refuses the service account's key (${code}). Make a new key, and give its JSON file.`,
    { cause: causeOf(error, code) },
  );
}
