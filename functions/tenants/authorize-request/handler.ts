import { hashApiKey, sameHash } from '#shared/auth/api-keys.ts';
import { jwtVerifier } from '#shared/auth/jwt.ts';
import { dynamoAudit } from '#shared/catalog/dynamodb-audit.ts';
import { dynamoRevocations } from '#shared/catalog/dynamodb-revocations.ts';
import { dynamoTenants } from '#shared/catalog/dynamodb-tenants.ts';
import { identifyByKey, identifyByToken } from '#shared/flows/tenants/identify-caller.ts';
import { authorizerFunction } from '#shared/runtime/authorizer.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { logger } from '#shared/runtime/telemetry.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const tenants = dynamoTenants({ table: env.TENANTS_TABLE });
const tokens = jwtVerifier(env);
const revocations = dynamoRevocations({ table: env.ACTIVITY_TABLE });
const warn = (message: string, error: unknown) => logger.warn(message, { error });

export const handler = authorizerFunction({
  byKey: identifyByKey({ tenants, tokens, revocations, hashApiKey, sameHash, warn }),
  byToken: identifyByToken({ tokens, revocations }),
  audit: dynamoAudit({ table: env.AUDIT_TABLE }),
});
