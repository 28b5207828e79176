import { hashApiKey, sameHash } from '#shared/auth/api-keys.ts';
import { jwtVerifier } from '#shared/auth/jwt.ts';
import { dynamoAudit } from '#shared/catalog/dynamodb-audit.ts';
import { dynamoTenants } from '#shared/catalog/dynamodb-tenants.ts';
import { identifyByKey, identifyByToken } from '#shared/flows/tenants/identify-caller.ts';
import { authorizerFunction } from '#shared/runtime/authorizer.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { Env } from './env.ts';

const env = readEnv(Env);

export const handler = authorizerFunction({
  byKey: identifyByKey({ tenants: dynamoTenants({ table: env.TENANTS_TABLE }), hashApiKey, sameHash }),
  byToken: identifyByToken({ tokens: jwtVerifier(env) }),
  audit: dynamoAudit({ table: env.AUDIT_TABLE }),
});
