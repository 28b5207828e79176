import type { TokenVerifier } from '#shared/auth/tokens.ts';
import type { TenantCatalog } from '#shared/catalog/tenants.ts';
import { Problem } from '#shared/domain/problems.ts';
import { type ApiKey, type Caller, keyState } from '#shared/domain/tenant.ts';

/** How exactly it is known when a key was used last: a write for every call would cost more than the call. */
const LAST_USED_MS = 60_000;

interface Ports {
  tenants: TenantCatalog;
  hashApiKey: (key: string) => string;
  /** Compares in constant time. */
  sameHash: (one: string, other: string) => boolean;
  now?: () => Date;
}

/**
 * Who holds this API key. It is asked for each call, so that what an operator changes holds from the next one on.
 * @throws Problem `invalid_api_key` where the key is unknown, revoked or expired, `tenant_suspended`
 */
export const identifyByKey =
  ({ tenants, hashApiKey, sameHash, now = () => new Date() }: Ports) =>
  async (key: string): Promise<Caller> => {
    const hash = hashApiKey(key);
    const found = await tenants.findKey(hash);
    const time = now();
    if (
      !found ||
      !sameHash(found.key.hash, hash) ||
      found.tenant.state === 'creating' ||
      found.tenant.state === 'purging' ||
      keyState(found.key, time.toISOString()) !== 'active'
    )
      throw new Problem('invalid_api_key', 'The API key is not known, or no longer valid.');
    const { key: apiKey, tenant } = found;
    if (tenant.state === 'suspended')
      throw new Problem('tenant_suspended', 'The tenant is suspended. Ask the operator to lift it.');
    await noteUse(tenants, apiKey, time);
    return {
      kind: 'key',
      tenant: tenant.tenant_id,
      plan: tenant.plan,
      ...(tenant.limits && { limits: tenant.limits }),
      ...(tenant.settings && { settings: tenant.settings }),
      scopes: apiKey.scopes,
      subject: apiKey.key_id,
    };
  };

/** That it could not be written down is no reason to refuse a call. */
async function noteUse(tenants: TenantCatalog, key: ApiKey, time: Date): Promise<void> {
  if (time.getTime() - Date.parse(key.last_used_at ?? '1970-01-01') < LAST_USED_MS) return;
  await tenants
    .changeKey(key.tenant_id, key.key_id, { last_used_at: time.toISOString() })
    .catch(() => undefined);
}

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
    return { kind: 'operator', scopes, subject, ...(role && { role }), ...(tenant && { tenant }) };
  };
