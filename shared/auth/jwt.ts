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
import { TENANT_ID_PATTERN, tenantId } from '#shared/domain/ids.ts';
import { Problem } from '#shared/domain/problems.ts';
import { ROLES, SCOPES } from '#shared/domain/tenant.ts';
import type { TokenVerifier, VerifiedToken } from './tokens.ts';

export const JwtEnv = z.object({
  /** `{region}_{id}` of the Cognito user pool. */
  USER_POOL_ID: z.string().regex(/^[a-z0-9-]+_[A-Za-z0-9]+$/),
  /** The app client that acts for the operator: its tokens carry the role SystemAdmin. */
  OPERATOR_CLIENT_ID: z.string().min(1),
  /** Where the pool's keys lie, if not at its issuer. */
  JWKS_URI: z.url().optional(),
});

/** Claims of a Cognito access token, and `role` and `tenant_id` as the pool adds them. */
const Claims = z.object({
  sub: z.string().min(1),
  exp: z.number(),
  token_use: z.literal('access'),
  client_id: z.string().min(1),
  scope: z.string().default(''),
  role: z.enum(ROLES).optional().catch(undefined),
  'cognito:groups': z.array(z.string()).default([]),
  tenant_id: z.string().regex(TENANT_ID_PATTERN).optional(),
});

/** Milliseconds to wait for the issuer's keys. */
const FETCH_TIMEOUT = 3_000;

/** Checks access tokens of the Cognito pool: signature, issuer, times, kind. */
export function jwtVerifier({
  USER_POOL_ID,
  OPERATOR_CLIENT_ID,
  JWKS_URI,
}: z.output<typeof JwtEnv>): TokenVerifier {
  const issuer = `https://cognito-idp.${USER_POOL_ID.split('_')[0]}.amazonaws.com/${USER_POOL_ID}`;
  const jwksUri = JWKS_URI ?? `${issuer}/.well-known/jwks.json`;
  const verifier = JwtVerifier.create(
    { issuer, jwksUri, audience: null }, // Cognito's access tokens have no `aud`
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: fetchKeys } }) },
  );
  return {
    async verify(token) {
      const payload = await verifier.verify(token).catch(refuse);
      const claims = Claims.safeParse(payload);
      if (!claims.success) {
        throw new Problem('unauthenticated', 'The token is not an access token of this service.');
      }
      return tokenOf(claims.data, OPERATOR_CLIENT_ID);
    },
  };
}

function tokenOf(claims: z.output<typeof Claims>, operatorClient: string): VerifiedToken {
  const granted = claims.scope.split(' ').map((scope) => scope.slice(scope.lastIndexOf('/') + 1));
  const role =
    claims.client_id === operatorClient
      ? 'SystemAdmin'
      : (claims.role ?? ROLES.findLast((each) => claims['cognito:groups'].includes(each)));
  return {
    subject: claims.sub,
    scopes: SCOPES.filter((scope) => granted.includes(scope)),
    ...(role && { role }),
    ...(claims.tenant_id !== undefined && { tenant: tenantId(claims.tenant_id) }),
  };
}

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
