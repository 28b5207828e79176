import type { Scope } from '#shared/kernel/access.ts';
import { type KeyId, newKeyId, type TenantId } from '#shared/kernel/ids.ts';
import { gatewayPlan, limitsOf } from '#shared/kernel/plans.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { KeyKind } from '#shared/kernel/vocabulary.ts';
import { type ApiKey, keyState } from './api-key.ts';
import { findTenant } from './change-tenant.ts';
import type { TenantStore } from './tenant-store.ts';
import type { UsagePlans } from './usage-plans.ts';

/** How a key is made and digested: `shared/auth/api-keys.ts`. */
export interface KeyMaker {
  newApiKey(id: KeyId, kind?: KeyKind): string;
  hashApiKey(key: string): string;
}

interface Ports extends KeyMaker {
  tenants: TenantStore;
  usagePlans: UsagePlans;
  now?: () => Date;
}

/** A new key and its secret, which exists nowhere else. */
export interface MadeKey {
  key: ApiKey;
  secret: string;
}

/** Keys that work, at most: an account of API Gateway holds 10 000 for all tenants together. */
const MAX_ACTIVE = 50;

/** A tenant's API keys. */
export function manageKeys(ports: Ports) {
  const { tenants, usagePlans, newApiKey, hashApiKey, now = () => new Date() } = ports;

  async function find(tenant: TenantId, id: KeyId): Promise<ApiKey> {
    const key = (await tenants.listKeys(tenant)).find(({ key_id }) => key_id === id);
    if (!key) throw new Problem('not_found', `There is no key ${id}.`);
    return key;
  }

  /** First where calls come in, then in the table: a key that the table knows works. */
  async function make(
    tenant: TenantId,
    wish: Pick<ApiKey, 'name' | 'kind' | 'scopes' | 'expires_at'>,
  ): Promise<MadeKey> {
    const { plan, limits } = await findTenant({ tenants })(tenant);
    const at = now().toISOString();
    if (wish.expires_at !== undefined && wish.expires_at <= at)
      throw new Problem('invalid_request', 'The key would have expired already.', {
        errors: [{ pointer: '/expires_at', message: 'must be in the future' }],
      });
    const active = (await tenants.listKeys(tenant)).filter((key) => keyState(key, at) === 'active');
    if (active.length >= MAX_ACTIVE)
      throw new Problem(
        'conflict',
        `${MAX_ACTIVE} keys are active, which is the most. Revoke one that is not needed.`,
      );
    const key_id = newKeyId();
    const secret = newApiKey(key_id, wish.kind);
    const gateway_key_id = await usagePlans.add(tenant, key_id, secret, gatewayPlan(limitsOf(plan, limits)));
    const key = {
      ...wish,
      key_id,
      tenant_id: tenant,
      hash: hashApiKey(secret),
      gateway_key_id,
      created_at: at,
    };
    try {
      await tenants.addKey(tenant, key);
    } catch (error) {
      await usagePlans.remove(tenant, gateway_key_id);
      throw error;
    }
    return { key, secret };
  }

  return {
    /** Oldest first. @throws Problem `not_found` */
    async list(tenant: TenantId): Promise<ApiKey[]> {
      await findTenant({ tenants })(tenant);
      return tenants.listKeys(tenant);
    },

    /**
     * @param mayGive the scopes of whoever makes it: nobody gives away more than they have
     * @throws Problem `missing_scope`, `invalid_request`, `conflict`, `not_found`
     */
    async create(
      tenant: TenantId,
      wish: { name: string; kind?: KeyKind; scopes: readonly Scope[]; expires_at?: string | undefined },
      mayGive: readonly Scope[],
    ): Promise<MadeKey> {
      const beyond = wish.scopes.filter((scope) => !mayGive.includes(scope));
      if (beyond.length > 0)
        throw new Problem('missing_scope', `You cannot give what you do not have: ${beyond.join(', ')}.`);
      const { name, kind = 'live', scopes, expires_at } = wish;
      return make(tenant, {
        name,
        kind,
        scopes: [...new Set(scopes)],
        ...(expires_at !== undefined && { expires_at }),
      });
    },

    /**
     * Makes a key in the place of another, which works on for a while.
     * @param overlap seconds
     * @throws Problem `not_found`; `conflict` where the old one no longer works
     */
    async rotate(tenant: TenantId, id: KeyId, overlap: number): Promise<MadeKey> {
      const old = await find(tenant, id);
      const at = now();
      if (keyState(old, at.toISOString()) !== 'active')
        throw new Problem('conflict', `The key ${id} no longer works. Create a new one.`);
      const made = await make(tenant, {
        name: old.name,
        kind: old.kind,
        scopes: old.scopes,
        ...(old.expires_at !== undefined && { expires_at: old.expires_at }),
      });
      const end = new Date(at.getTime() + overlap * 1000).toISOString();
      const expires_at = old.expires_at !== undefined && old.expires_at < end ? old.expires_at : end;
      await tenants.changeKey(tenant, id, { expires_at, replaced_by: made.key.key_id });
      return made;
    },

    /** It is refused from the next call on. Idempotent. @throws Problem `not_found` */
    async revoke(tenant: TenantId, id: KeyId): Promise<{ before: ApiKey; after: ApiKey }> {
      const before = await find(tenant, id);
      const { revoked_at = now().toISOString(), gateway_key_id } = before;
      const after = await tenants.changeKey(tenant, id, { revoked_at });
      await usagePlans.remove(tenant, gateway_key_id);
      if (!after) throw new Problem('not_found', `There is no key ${id}.`);
      return { before, after };
    },
  };
}
