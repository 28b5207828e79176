import { auditGuard } from '#shared/guards/audit-guard.ts';
import { dynamoRevocations } from '#shared/identity/dynamodb-revocations.ts';
import { identifyByKey, identifyByTenantToken, identifyByToken } from '#shared/identity/identify-caller.ts';
import { jwtVerifier } from '#shared/identity/jwt-tokens.ts';
import { authorizerFunction } from '#shared/runtime/authorizer.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { logger } from '#shared/runtime/telemetry.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { hashApiKey, sameHash } from '#shared/tenants/new-api-key.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const tenants = dynamoTenantStore({ table: env.TENANTS_TABLE });
const tokens = jwtVerifier(env);
const revocations = dynamoRevocations({ table: env.ACTIVITY_TABLE });
const warn = (message: string, error: unknown) => logger.warn(message, { error });

export const handler = authorizerFunction({
  byKey: identifyByKey({ tenants, tokens, revocations, hashApiKey, sameHash, warn }),
  byTenantToken: identifyByTenantToken({ tenants, tokens, revocations }),
  byToken: identifyByToken({ tokens, revocations }),
  sharedUsageIdentifier: env.SHARED_USAGE_IDENTIFIER,
  audit: auditGuard(env),
});
