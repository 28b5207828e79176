import { JwtEnv } from '#shared/auth/jwt.ts';
import { AuditTableEnv } from '#shared/catalog/dynamodb-audit.ts';
import { TenantsTableEnv } from '#shared/catalog/dynamodb-tenants.ts';

export const Env = TenantsTableEnv.extend(JwtEnv.shape).extend(AuditTableEnv.shape);
