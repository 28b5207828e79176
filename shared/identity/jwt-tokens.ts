import { JwtVerifier } from 'aws-jwt-verify';
import {
  FetchError,
  JwksNotAvailableInCacheError,
  JwksValidationError,
  JwtBaseError,
  JwtExpiredError,
  WaitPeriodNotYetEndedJwkError,
} from 'aws-jwt-verify/error';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { z } from 'zod';
import { highestRole, ROLE_SCOPES, ROLES, type Role, SCOPES } from '#shared/kernel/access.ts';
import { TENANT_ID_PATTERN, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { type IssuersEnv, poolIssuer } from './issuers.ts';
import type { TokenVerifier, VerifiedToken } from './tokens.ts';
import { maySpeakFor, type TrustedIssuer } from './trusted-issuer.ts';

/** Issuers write them as one text or as a list. */
const Words = z.union([z.string().transform((text) => text.split(' ')), z.array(z.string())]).default([]);

/** What we read of an access token (RFC 9068), and `role` and `tenant_id`, which say what DeepLens asks. */
const Claims = z.object({
  iss: z.string(),
  sub: z.string().min(1).max(256),
  iat: z.number(),
  exp: z.number(),
  scope: Words,
  scp: Words,
  role: z.enum(ROLES).optional().catch(undefined),
  'cognito:groups': z.array(z.string()).default([]),
  tenant_id: z.string().regex(TENANT_ID_PATTERN).optional(),
  token_use: z.string().optional(),
  client_id: z.string().optional(),
});
type Claims = z.output<typeof Claims>;

/** Milliseconds to wait for an issuer's keys. */
const FETCH_TIMEOUT = 3_000;

/** Checks access tokens of the Cognito pool and of the other issuers: signature, issuer, audience, times, kind. */
export function jwtVerifier(env: z.output<typeof IssuersEnv>): TokenVerifier {
  const pool = poolIssuer(env.USER_POOL_ID);
  const jwksUri = env.JWKS_URI ?? `${pool}/.well-known/jwks.json`;
  const verifier = JwtVerifier.create(
    [
      { issuer: pool, jwksUri, audience: null }, // Cognito's access tokens have no `aud`: see `ofPool`
      ...env.TRUSTED_ISSUERS.map(({ issuer, audience, jwks_uri }) => ({
        issuer,
        audience,
        ...(jwks_uri && { jwksUri: jwks_uri }),
      })),
    ],
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: fetchKeys } }) },
  );
  return {
    async verify(token) {
      const claims = Claims.safeParse(await verifier.verify(token).catch(refuse));
      if (!claims.success) throw notForUs();
      const { iss } = claims.data;
      if (iss === pool) return tokenOf(claims.data, poolRole(claims.data, env));
      const issuer = env.TRUSTED_ISSUERS.find((each) => each.issuer === iss);
      if (!issuer) throw notForUs();
      return tokenOf(claims.data, foreignRole(claims.data, issuer));
    },
  };
}

/** @throws Problem `unauthenticated` where it is no access token of one of our clients */
function poolRole(claims: Claims, env: z.output<typeof IssuersEnv>): Role | undefined {
  const { token_use, client_id } = claims;
  if (token_use !== 'access' || client_id === undefined) throw notForUs();
  if (client_id === env.OPERATOR_CLIENT_ID) return 'SystemAdmin';
  if (!env.USER_POOL_CLIENTS.includes(client_id)) throw notForUs();
  return roleOf(claims);
}

/** @throws Problem `unauthenticated` where the issuer has no say about the tenant */
function foreignRole(claims: Claims, issuer: TrustedIssuer): Role | undefined {
  const { tenant_id } = claims;
  if (tenant_id !== undefined && !maySpeakFor(issuer, tenant_id))
    throw new Problem('unauthenticated', `The issuer of the token does not speak for ${tenant_id}.`);
  const role = roleOf(claims);
  return role === 'SystemAdmin' && !issuer.operators ? undefined : role;
}

const roleOf = (claims: Claims): Role | undefined => claims.role ?? highestRole(claims['cognito:groups']);

/** Resource servers write their own id before a scope's name: `deeplens-api/deeplens.search`. */
const nameOf = (scope: string): string => scope.slice(scope.lastIndexOf('/') + 1);

function tokenOf(claims: Claims, role: Role | undefined): VerifiedToken {
  const granted = [...claims.scope, ...claims.scp].map(nameOf);
  const allowed: readonly string[] = role ? ROLE_SCOPES[role] : [];
  return {
    issuer: claims.iss,
    subject: claims.sub,
    issuedAt: claims.iat,
    scopes: SCOPES.filter((scope) => granted.includes(scope) && allowed.includes(scope)),
    ...(role && { role }),
    ...(claims.tenant_id !== undefined && { tenant: tenantId(claims.tenant_id) }),
  };
}

const notForUs = (): Problem =>
  new Problem('unauthenticated', 'The token is not an access token of this service.');

function refuse(error: unknown): never {
  if (error instanceof JwtExpiredError) {
    throw new Problem('token_expired', 'The token has expired. Get a new one.', { cause: error });
  }
  if (
    error instanceof FetchError ||
    error instanceof JwksValidationError ||
    error instanceof JwksNotAvailableInCacheError ||
    error instanceof WaitPeriodNotYetEndedJwkError
  ) {
    const detail = 'The keys of the identity provider cannot be read. Try again in a moment.';
    throw new Problem('dependency_unavailable', detail, { cause: error, retryAfter: 10 });
  }
  if (error instanceof JwtBaseError) {
    throw new Problem('unauthenticated', 'The token is not valid.', { cause: error });
  }
  throw error;
}

/** As the library's own, which knows `https:` only. */
async function fetchKeys(uri: string): Promise<ArrayBuffer> {
  try {
    const reply = await fetch(uri, { signal: AbortSignal.timeout(FETCH_TIMEOUT) });
    if (!reply.ok) throw new FetchError(uri, `status ${reply.status}`);
    return await reply.arrayBuffer();
  } catch (error) {
    throw error instanceof FetchError ? error : new FetchError(uri, error);
  }
}
