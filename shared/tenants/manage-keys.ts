import type { Scope } from '#shared/kernel/access.ts';
import { type KeyId, newKeyId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { KeyKind } from '#shared/kernel/vocabulary.ts';
import { type ApiKey, keyState } from './api-key.ts';
import { findTenant } from './change-tenant.ts';
import { checkMayGive, type KeyMaker, madeBy } from './key-maker.ts';
import type { TenantStore } from './tenant-store.ts';

/** Generates and hashes keys: `new-api-key.ts`. */
export interface KeyGenerator {
  newApiKey(id: KeyId, kind?: KeyKind): string;
  hashApiKey(key: string): string;
}

interface Ports extends KeyGenerator {
  tenants: TenantStore;
  now?: () => Date;
}

/** A new key and its secret, which is stored nowhere: absent if an earlier call of the same `repeatKey` made the key. */
export interface CreatedKey {
  key: ApiKey;
  secret?: string;
}

export interface KeyRequest {
  name: string;
  kind?: KeyKind;
  scopes: readonly Scope[];
  allowed_origins?: string[] | undefined;
  expires_at?: string | undefined;
  /** Identifies repetitions of the call. */
  repeatKey?: string | undefined;
}

/** Maximum of active keys per tenant: lists show them all at once. */
const MAX_KEYS = 50;

const repeatedBy = (repeatKey: string | undefined) =>
  repeatKey === undefined ? {} : { repeat_key: repeatKey };
const madeBefore = (keys: readonly ApiKey[], repeatKey: string | undefined): ApiKey | undefined =>
  repeatKey === undefined ? undefined : keys.find(({ repeat_key }) => repeat_key === repeatKey);

const tooManyKeys = (): Problem =>
  new Problem(
    'conflict',
    `The tenant has ${MAX_KEYS} active keys, the maximum. Revoke one that is not needed.`,
  );

/** Lists, creates, rotates and revokes a tenant's API keys. */
export function manageKeys({ tenants, newApiKey, hashApiKey, now = () => new Date() }: Ports) {
  function find(keys: readonly ApiKey[], id: KeyId): ApiKey {
    const key = keys.find(({ key_id }) => key_id === id);
    if (!key) throw new Problem('not_found', `There is no key ${id}.`);
    return key;
  }

  /** Makes a key, which works as soon as it is in the table. @param listed the tenant's keys, if they were just read */
  async function make(
    tenant: TenantId,
    request: Pick<ApiKey, 'name' | 'kind' | 'scopes' | 'allowed_origins' | 'expires_at' | 'repeat_key'>,
    maker: KeyMaker,
    listed?: readonly ApiKey[],
  ): Promise<CreatedKey> {
    checkMayGive(maker, request.scopes);
    await findTenant({ tenants })(tenant);
    const all = listed ?? (await tenants.listKeys(tenant));
    const made = madeBefore(all, request.repeat_key);
    if (made) return { key: made };
    const at = now().toISOString();
    if (request.expires_at !== undefined && request.expires_at <= at)
      throw new Problem('invalid_request', 'The expiry of the key is in the past.', {
        errors: [{ pointer: '/expires_at', message: 'must be in the future' }],
      });
    const active = all.filter((key) => keyState(key, at) === 'active');
    if (active.length >= MAX_KEYS) throw tooManyKeys();
    const key_id = newKeyId();
    const secret = newApiKey(key_id, request.kind);
    const key = {
      ...request,
      key_id,
      tenant_id: tenant,
      hash: hashApiKey(secret),
      created_at: at,
      ...madeBy(maker, maker.kind === 'key' ? all.find((each) => each.key_id === maker.subject) : undefined),
    };
    await add(tenant, key);
    return { key, secret };
  }

  /** Adds the key; if no place is free, frees those of the tenant's ended keys first. @throws Problem `conflict` */
  async function add(tenant: TenantId, key: ApiKey): Promise<void> {
    if (await tenants.addKey(tenant, key, MAX_KEYS)) return;
    for await (const ended of tenants.endedKeys(tenant, key.created_at))
      await tenants.releaseKey(tenant, ended.key_id);
    if (!(await tenants.addKey(tenant, key, MAX_KEYS))) throw tooManyKeys();
  }

  return {
    /** Lists all keys, oldest first. @throws Problem `not_found` */
    async list(tenant: TenantId): Promise<ApiKey[]> {
      await findTenant({ tenants })(tenant);
      return tenants.listKeys(tenant);
    },

    /**
     * Creates a key. Its scopes must be among the maker's.
     * @throws Problem `missing_scope`, `invalid_request`, `conflict`, `not_found`
     */
    async create(tenant: TenantId, request: KeyRequest, maker: KeyMaker): Promise<CreatedKey> {
      const { name, kind = 'live', scopes, allowed_origins, expires_at, repeatKey } = request;
      const key = {
        ...{ name, kind, scopes: [...new Set(scopes)], ...repeatedBy(repeatKey) },
        ...(allowed_origins && { allowed_origins }),
      };
      return make(tenant, { ...key, ...(expires_at !== undefined && { expires_at }) }, maker);
    },

    /**
     * Replaces a key by a new one. Its scopes must be among the maker's.
     * @param overlap seconds for which the old key still works
     * @param repeatKey identifies repetitions of the call
     * @throws Problem `missing_scope`, `not_found`; `conflict` if the old key no longer works
     */
    async rotate(
      tenant: TenantId,
      id: KeyId,
      overlap: number,
      maker: KeyMaker,
      repeatKey?: string,
    ): Promise<CreatedKey> {
      const all = await tenants.listKeys(tenant);
      const old = find(all, id);
      const at = now();
      const isRepeated = madeBefore(all, repeatKey) !== undefined;
      if (!isRepeated && keyState(old, at.toISOString()) !== 'active')
        throw new Problem('conflict', `The key ${id} no longer works. Create a new one.`);
      const { name, kind, scopes, allowed_origins, expires_at: oldExpiry } = old;
      const key = {
        name,
        kind,
        scopes,
        ...repeatedBy(repeatKey),
        ...(oldExpiry !== undefined && { expires_at: oldExpiry }),
      };
      const created = await make(tenant, { ...key, ...(allowed_origins && { allowed_origins }) }, maker, all);
      if (old.replaced_by === created.key.key_id) return created;
      const end = new Date(at.getTime() + overlap * 1000).toISOString();
      const expires_at = oldExpiry !== undefined && oldExpiry < end ? oldExpiry : end;
      await tenants.changeKey(tenant, id, { expires_at, replaced_by: created.key.key_id });
      return created;
    },

    /** Revokes a key, effective from the next call. Idempotent. @throws Problem `not_found` */
    async revoke(tenant: TenantId, id: KeyId): Promise<{ before: ApiKey; after: ApiKey }> {
      const before = find(await tenants.listKeys(tenant), id);
      const { revoked_at = now().toISOString() } = before;
      const after = await tenants.changeKey(tenant, id, { revoked_at });
      if (!after) throw new Problem('not_found', `There is no key ${id}.`);
      await tenants.releaseKey(tenant, id);
      return { before, after };
    },
  };
}
