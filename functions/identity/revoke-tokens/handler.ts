import * as api from '#shared/contracts/http/audit.ts';
import { operatorDoor } from '#shared/front-door/front-door.ts';
import { dynamoRevocations } from '#shared/identity/dynamodb-revocations.ts';
import { poolIssuer } from '#shared/identity/issuers.ts';
import { revokeTokens } from '#shared/identity/revoke-tokens.ts';
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
