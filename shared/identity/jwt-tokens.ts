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
import * as z from 'zod';
import { highestRole, ROLE_SCOPES, ROLES, type Role, SCOPES } from '#shared/kernel/access.ts';
import { TENANT_ID_PATTERN, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { type IssuersEnv, poolIssuer } from './issuers.ts';
import type { TokenVerifier, VerifiedToken } from './tokens.ts';
import { mayIssueFor, type TrustedIssuer } from './trusted-issuer.ts';

/** Scopes: a space-separated string or an array, depending on the issuer. */
const ScopeList = z.union([z.string().transform((text) => text.split(' ')), z.array(z.string())]).default([]);

/** The claims of an access token (RFC 9068) that are used, with DeepLens's own `role` and `tenant_id`. */
const Claims = z.object({
  iss: z.string(),
  sub: z.string().min(1).max(256),
  iat: z.number(),
  exp: z.number(),
  scope: ScopeList,
  scp: ScopeList,
  role: z.enum(ROLES).optional().catch(undefined),
  'cognito:groups': z.array(z.string()).default([]),
  tenant_id: z.string().regex(TENANT_ID_PATTERN).optional(),
  token_use: z.string().optional(),
  client_id: z.string().optional(),
  name: z.string().max(256).optional().catch(undefined),
  email: z.string().max(256).optional().catch(undefined),
});
type Claims = z.output<typeof Claims>;

/** Milliseconds until a request for an issuer's key set fails. */
const FETCH_TIMEOUT = 3_000;

/** Verifies access tokens of the Cognito pool and of trusted issuers: signature, issuer, audience, validity, use. */
export function jwtVerifier(env: z.output<typeof IssuersEnv>): TokenVerifier {
  const pool = poolIssuer(env.USER_POOL_ID);
  const jwksUri = env.JWKS_URI ?? `${pool}/.well-known/jwks.json`;
  const verifier = JwtVerifier.create(
    [
      { issuer: pool, jwksUri, audience: null }, // Cognito's access tokens have no `aud`: `poolRole` checks the client
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
      const claims = Claims.safeParse(await verifier.verify(token).catch(translateError));
      if (!claims.success) throw notAccepted();
      const { iss } = claims.data;
      if (iss === pool) return tokenOf(claims.data, poolRole(claims.data, env));
      const issuer = env.TRUSTED_ISSUERS.find((each) => each.issuer === iss);
      if (!issuer) throw notAccepted();
      return tokenOf(claims.data, foreignRole(claims.data, issuer));
    },
  };
}

/** @throws Problem `unauthenticated` if it is not an access token of an accepted client */
function poolRole(claims: Claims, env: z.output<typeof IssuersEnv>): Role | undefined {
  const { token_use, client_id } = claims;
  if (token_use !== 'access' || client_id === undefined) throw notAccepted();
  if (client_id === env.OPERATOR_CLIENT_ID) return 'SystemAdmin';
  if (!env.USER_POOL_CLIENTS.includes(client_id)) throw notAccepted();
  return roleOf(claims);
}

/** @throws Problem `unauthenticated` if the issuer may not issue tokens for the tenant */
function foreignRole(claims: Claims, issuer: TrustedIssuer): Role | undefined {
  const { tenant_id } = claims;
  if (tenant_id !== undefined && !mayIssueFor(issuer, tenant_id))
    throw new Problem('unauthenticated', `The issuer of the token may not issue tokens for ${tenant_id}.`);
  const role = roleOf(claims);
  return role === 'SystemAdmin' && !issuer.operators ? undefined : role;
}

const roleOf = (claims: Claims): Role | undefined => claims.role ?? highestRole(claims['cognito:groups']);

/** Strips the resource server's prefix: `deeplens-api/deeplens.search` becomes `deeplens.search`. */
const scopeName = (scope: string): string => scope.slice(scope.lastIndexOf('/') + 1);

function tokenOf(claims: Claims, role: Role | undefined): VerifiedToken {
  const granted = [...claims.scope, ...claims.scp].map(scopeName);
  const allowed: readonly string[] = role ? ROLE_SCOPES[role] : [];
  return {
    issuer: claims.iss,
    subject: claims.sub,
    issuedAt: claims.iat,
    scopes: SCOPES.filter((scope) => granted.includes(scope) && allowed.includes(scope)),
    ...(role && { role }),
    ...(claims.tenant_id !== undefined && { tenant: tenantId(claims.tenant_id) }),
    ...(claims.name !== undefined && { name: claims.name }),
    ...(claims.email !== undefined && { email: claims.email }),
  };
}

const notAccepted = (): Problem =>
  new Problem('unauthenticated', 'The token is not an access token of this service.');

function translateError(error: unknown): never {
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

/** Fetches a key set. The library's own fetcher supports `https:` only; the local emulator serves `http:`. */
async function fetchKeys(uri: string): Promise<ArrayBuffer> {
  try {
    const reply = await fetch(uri, { signal: AbortSignal.timeout(FETCH_TIMEOUT) });
    if (!reply.ok) throw new FetchError(uri, `status ${reply.status}`);
    return await reply.arrayBuffer();
  } catch (error) {
    throw error instanceof FetchError ? error : new FetchError(uri, error);
  }
}
