import * as api from '#shared/api/audit.ts';
import { poolIssuer } from '#shared/auth/issuers.ts';
import { dynamoRevocations } from '#shared/catalog/dynamodb-revocations.ts';
import { revokeTokens } from '#shared/flows/tenants/revoke-tokens.ts';
import { operatorDoor } from '#shared/front-door/front-door.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction, route } from '#shared/runtime/http.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const revoke = revokeTokens({
  revocations: dynamoRevocations({ table: env.ACTIVITY_TABLE }),
  issuers: [poolIssuer(env.USER_POOL_ID), ...env.TRUSTED_ISSUERS.map(({ issuer }) => issuer)],
});

export const handler = httpFunction(
  [
    route(api.revokeTokens, async ({ body: { subject, issuer }, note }) => {
      note({ target: subject });
      const revoked = await revoke(subject, issuer);
      note({ after: { issuer: revoked.issuer } });
      return { subject, revoked_at: revoked.at.toISOString() };
    }),
  ],
  operatorDoor(env),
);
