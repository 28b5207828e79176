import * as api from '#shared/contracts/http/audit.ts';
import { operatorGuards } from '#shared/guards/guards.ts';
import { dynamoRevocations } from '#shared/identity/dynamodb-revocations.ts';
import { poolIssuer } from '#shared/identity/issuers.ts';
import { revokeTokens } from '#shared/identity/revoke-tokens.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { operatorRoute } from '#shared/runtime/routes.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const revoke = revokeTokens({
  revocations: dynamoRevocations({ table: env.ACTIVITY_TABLE }),
  issuers: [poolIssuer(env.USER_POOL_ID), ...env.TRUSTED_ISSUERS.map(({ issuer }) => issuer)],
});

export const handler = httpFunction(
  [
    operatorRoute(api.revokeTokens, async ({ body: { subject, issuer }, recordChange }) => {
      recordChange({ target: subject });
      const revoked = await revoke(subject, issuer);
      recordChange({ after: { issuer: revoked.issuer } });
      return { subject, revoked_at: revoked.at.toISOString() };
    }),
  ],
  operatorGuards(env),
);
