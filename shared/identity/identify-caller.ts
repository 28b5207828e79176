import type { Caller, PresumedCaller } from '#shared/kernel/caller.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { type ApiKey, keyState } from '#shared/tenants/api-key.ts';
import { isUsable, type Tenant } from '#shared/tenants/tenant.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import { checkOrigin } from './allowed-origins.ts';
import type { Revocations } from './revocations.ts';
import type { TokenVerifier, VerifiedToken } from './tokens.ts';

/** Resolution of a key's last use: a write per call would cost more than the call. */
const LAST_USED_MS = 60_000;

interface TokenPorts {
  tokens: TokenVerifier;
  revocations: Revocations;
}
interface KeyPorts extends TokenPorts {
  tenants: TenantStore;
  hashApiKey: (key: string) => string;
  /** Compares in constant time. */
  sameHash: (one: string, other: string) => boolean;
  /** Logs an error that does not fail the call. */
  warn: (message: string, error: unknown) => void;
  now?: () => Date;
}
/** Receives the presumed caller as soon as it is known, for the audit entry of a refusal. */
type Presume = (caller: PresumedCaller) => void;

/** The credential of a data plane call. */
interface KeyCredential {
  key: string;
  /** The header `Authorization`, if a person's token accompanies the key. */
  authorization?: string | undefined;
  /** The header `Origin`, which browsers set. */
  origin?: string | undefined;
}

/**
 * Identifies the caller by an API key, or by the key and a person's token. Reads the table on every call, so that a
 * change of the tenant, its key or its limits takes effect with the next one.
 * @throws Problem `invalid_api_key` if the key is unknown, revoked, expired, or made by a person who was
 *   revoked since; `tenant_suspended`; `origin_not_allowed`; for a token:
 *   `unauthenticated`, `token_expired`, `tenant_mismatch`
 */
export const identifyByKey =
  (ports: KeyPorts) =>
  async ({ key, authorization, origin }: KeyCredential, presume: Presume): Promise<Caller> => {
    const now = ports.now?.() ?? new Date();
    const match = await liveKey(ports, key, now.toISOString(), presume);
    checkOrigin(match.key.allowed_origins, origin);
    const { tenant_id, settings } = match.tenant;
    const presumePerson: Presume = (person) =>
      presume({ ...person, kind: 'person', ...belonging(match.tenant) });
    const [token] = await Promise.all([
      authorization === undefined ? undefined : liveToken(ports, authorization, presumePerson),
      recordUse(ports, match.key, now),
    ]);
    if (token && token.tenant !== tenant_id)
      throw new Problem('tenant_mismatch', 'The token belongs to another tenant than the API key.');
    return {
      ...belonging(match.tenant),
      ...(settings && { settings }),
      ...(token
        ? { ...personOf(token), key: match.key.key_id }
        : { kind: 'key', scopes: match.key.scopes, subject: match.key.key_id }),
    };
  };

/**
 * Identifies a person on the data plane by a token alone: the tenant is the one that the token names. Reads the table on
 * every call, as for a key.
 * @throws Problem `unauthenticated`, also if the token names no tenant; `token_expired`; `tenant_suspended`
 */
export const identifyByTenantToken =
  ({ tenants, tokens, revocations }: TokenPorts & Pick<KeyPorts, 'tenants'>) =>
  async (authorization: string, presume: Presume): Promise<Caller> => {
    const token = await verifiedToken(tokens, authorization);
    const [named, isRevoked] = await Promise.all([
      token.tenant && tenants.get(token.tenant),
      revocations.isRevoked(token.issuer, token.subject, token.issuedAt),
    ]);
    const tenant = named && isUsable(named) ? named : undefined;
    const { kind, subject, role } = personOf(token);
    // An issuer may name any tenant, and one that is removed must not get records of refusals.
    presume({ kind, subject, ...(role && { role }), ...(tenant && belonging(tenant)) });
    if (isRevoked) throw revokedToken();
    if (!tenant)
      throw new Problem(
        'unauthenticated',
        'The token belongs to no tenant. Send a tenant’s API key, or a token whose tenant_id is a tenant.',
      );
    checkSuspension(tenant);
    const { settings } = tenant;
    return { ...belonging(tenant), ...(settings && { settings }), ...personOf(token) };
  };

/**
 * Identifies the caller on the admin plane by a token of a trusted issuer: `Bearer …`.
 * @throws Problem `unauthenticated`, `token_expired`
 */
export const identifyByToken =
  (ports: TokenPorts) =>
  async (authorization: string, presume: Presume): Promise<Caller> => {
    const token = await liveToken(ports, authorization, presume);
    if (token.role === 'SystemAdmin') return { ...personOf(token), kind: 'operator' };
    return { ...personOf(token), ...(token.tenant && { tenant: token.tenant }) };
  };

/** Returns what a caller has of its tenant, whether it is refused or not. */
const belonging = ({ tenant_id, plan, limits, usage_identifier }: Tenant) => ({
  tenant: tenant_id,
  plan,
  ...(limits && { limits }),
  ...(usage_identifier !== undefined && { usageIdentifier: usage_identifier }),
});

const personOf = ({ issuer, subject, scopes, role, name, email }: VerifiedToken) => ({
  kind: 'person' as const,
  scopes,
  subject,
  issuer,
  ...(role && { role }),
  ...(name !== undefined && { name }),
  ...(email !== undefined && { email }),
});

async function liveKey(
  { tenants, revocations, hashApiKey, sameHash }: KeyPorts,
  key: string,
  now: string,
  presume: Presume,
): Promise<{ key: ApiKey; tenant: Tenant }> {
  const hash = hashApiKey(key);
  const match = await tenants.findKey(hash);
  if (!match || !sameHash(match.key.hash, hash)) throw unknownKey();
  presume({ kind: 'key', subject: match.key.key_id, ...belonging(match.tenant) });
  if (!isUsable(match.tenant) || keyState(match.key, now) !== 'active') throw unknownKey();
  if (await isMakerRevoked(revocations, match.key)) throw unknownKey();
  checkSuspension(match.tenant);
  return match;
}

/** @throws Problem `tenant_suspended` */
function checkSuspension({ state }: Tenant): void {
  if (state === 'suspended')
    throw new Problem('tenant_suspended', 'The tenant is suspended. Ask the operator to lift it.');
}

/** Returns true if the person who is responsible for the key was revoked after it was made. */
const isMakerRevoked = async (revocations: Revocations, { responsible, created_at }: ApiKey) =>
  responsible !== undefined &&
  revocations.isRevoked(responsible.issuer, responsible.subject, Math.floor(Date.parse(created_at) / 1000));

const unknownKey = (): Problem =>
  new Problem('invalid_api_key', 'The API key is not known, or no longer valid.');

/** Records the last use of a key. A failure is logged and does not fail the call. */
async function recordUse({ tenants, warn }: KeyPorts, key: ApiKey, now: Date): Promise<void> {
  const { tenant_id, key_id, last_used_at } = key;
  if (last_used_at !== undefined && now.getTime() - Date.parse(last_used_at) < LAST_USED_MS) return;
  try {
    await tenants.noteKeyUse(tenant_id, key_id, now.toISOString());
  } catch (error) {
    warn('last use of a key not written', error);
  }
}

async function liveToken(
  { tokens, revocations }: TokenPorts,
  authorization: string,
  presume: Presume,
): Promise<VerifiedToken> {
  const token = await verifiedToken(tokens, authorization);
  const { issuer, subject, issuedAt, role, tenant } = token;
  const kind = role === 'SystemAdmin' ? 'operator' : 'person';
  presume({ kind, subject, ...(role && { role }), ...(tenant && { tenant }) });
  if (await revocations.isRevoked(issuer, subject, issuedAt)) throw revokedToken();
  return token;
}

/** Verifies the token in the header `Authorization`. @throws Problem `unauthenticated`, `token_expired` */
async function verifiedToken(tokens: TokenVerifier, authorization: string): Promise<VerifiedToken> {
  const [scheme, text] = authorization.split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !text)
    throw new Problem('unauthenticated', 'Send the token as: Authorization: Bearer <token>.');
  return tokens.verify(text);
}

const revokedToken = (): Problem => new Problem('unauthenticated', 'The token was revoked. Sign in again.');
