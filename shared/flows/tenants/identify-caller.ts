import type { TokenVerifier } from '#shared/auth/tokens.ts';
import type { TenantCatalog } from '#shared/catalog/tenants.ts';
import { Problem } from '#shared/domain/problems.ts';
import type { Caller } from '#shared/domain/tenant.ts';

/**
 * Who holds this API key.
 * @throws Problem `invalid_api_key` where the key is unknown or expired, `tenant_suspended`
 */
export const identifyByKey =
  (ports: { tenants: TenantCatalog; hashApiKey: (key: string) => string; now?: () => Date }) =>
  async (key: string): Promise<Caller> => {
    const found = await ports.tenants.findKey(ports.hashApiKey(key));
    const now = (ports.now?.() ?? new Date()).toISOString();
    if (!found || found.tenant.state === 'creating' || (found.key.expires_at ?? now) < now)
      throw new Problem('invalid_api_key', 'The API key is not known, or no longer valid.');
    const { key: apiKey, tenant } = found;
    if (tenant.state === 'suspended')
      throw new Problem('tenant_suspended', 'The tenant is suspended. Ask the operator to lift it.');
    return { tenant: tenant.tenant_id, plan: tenant.plan, scopes: apiKey.scopes, subject: apiKey.key_id };
  };

/**
 * Whose token this is: `Bearer …` of a trusted issuer.
 * @throws Problem `unauthenticated`, `token_expired`
 */
export const identifyByToken =
  (ports: { tokens: TokenVerifier }) =>
  async (authorization: string): Promise<Caller> => {
    const [scheme, token] = authorization.split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || !token)
      throw new Problem('unauthenticated', 'Send the token as: Authorization: Bearer <token>.');
    const { subject, scopes, role, tenant } = await ports.tokens.verify(token);
    return { scopes, subject, ...(role && { role }), ...(tenant && { tenant }) };
  };
