import { isDeepStrictEqual } from 'node:util';
import { decodeCursor, encodeCursor } from '#shared/kernel/cursor.ts';
import { type KeyId, TENANT_ID_PATTERN, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { ApiKey } from '#shared/tenants/api-key.ts';
import { CHANGEABLE, changed, notChangeable } from '#shared/tenants/changed-tenant.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';

/** Tenants and their keys in memory, for tests. */
export function memoryTenantStore(): TenantStore {
  const tenants = new Map<TenantId, Tenant>();
  const keys = new Map<string, ApiKey>();
  const places = new Set<KeyId>();
  const keyOf = (tenant: TenantId, id: KeyId) =>
    [...keys.values()].find(({ tenant_id, key_id }) => tenant_id === tenant && key_id === id);

  return {
    async get(tenant) {
      return structuredClone(tenants.get(tenant));
    },
    async list({ cursor, limit }) {
      const name = ['tenants'] as const;
      const after = cursor === undefined ? '' : decodeCursor(name, cursor, TENANT_ID_PATTERN);
      const found = [...tenants.values()]
        .filter(({ tenant_id }) => tenant_id > after)
        .sort((one, other) => (one.tenant_id < other.tenant_id ? -1 : 1));
      const items = found.slice(0, limit);
      const last = items.at(-1);
      return {
        items: structuredClone(items),
        ...(last && found.length > limit && { nextCursor: encodeCursor(name, last.tenant_id) }),
      };
    },
    async reserve(tenant) {
      const before = tenants.get(tenant.tenant_id);
      if (before && before.state !== 'creating') return structuredClone(before);
      const { first_key_id, created_at, usage_identifier } = before ?? tenant;
      const { usage_identifier: _, ...changeable } = tenant;
      const kept = { first_key_id, created_at, ...(usage_identifier !== undefined && { usage_identifier }) };
      const now = { ...changeable, ...kept };
      tenants.set(tenant.tenant_id, structuredClone(now));
      return structuredClone(now);
    },
    async activate(tenant, key) {
      const before = tenants.get(tenant);
      if (before?.state === 'active' && keyOf(tenant, key.key_id)) return;
      if (before?.state !== 'creating')
        throw new Problem('conflict', `The tenant ${tenant} is not being created.`);
      keys.set(key.hash, structuredClone(key));
      places.add(key.key_id);
      tenants.set(tenant, { ...before, state: 'active' });
    },
    async change(tenant, change) {
      const before = tenants.get(tenant);
      if (!before) return undefined;
      if (!CHANGEABLE.some((state) => state === before.state)) throw notChangeable(before);
      const after = structuredClone(changed(before, change));
      tenants.set(tenant, after);
      return structuredClone({ before, after });
    },
    async putModels(read, { chosen, filling }) {
      const before = tenants.get(read.tenant_id);
      const same =
        isDeepStrictEqual(before?.settings?.models, read.settings?.models) &&
        isDeepStrictEqual(before?.filling_models, read.filling_models);
      if (!before || !same || !CHANGEABLE.some((state) => state === before.state)) return false;
      const after = { ...before, settings: { ...before.settings, models: chosen }, filling_models: filling };
      tenants.set(read.tenant_id, structuredClone(after));
      return true;
    },
    async beginPurge(tenant, job) {
      const before = tenants.get(tenant);
      if (!before) return undefined;
      const after = { ...before, state: 'purging' as const, purge_job_id: before.purge_job_id ?? job };
      tenants.set(tenant, after);
      return structuredClone({ before, after });
    },
    async remove(tenant, job) {
      return tenants.get(tenant)?.purge_job_id === job && tenants.delete(tenant);
    },
    async findKey(hash) {
      const key = keys.get(hash);
      const tenant = key && tenants.get(key.tenant_id);
      return structuredClone(key && tenant && { key, tenant });
    },
    async listKeys(tenant) {
      const found = [...keys.values()].filter((key) => key.tenant_id === tenant);
      return structuredClone(found.sort((a, b) => (a.key_id < b.key_id ? -1 : 1)));
    },
    async addKey(tenant, key, maxPlaces) {
      if (tenants.get(tenant)?.state !== 'active')
        throw new Problem('conflict', `The tenant ${tenant} is not active.`);
      if (keyOf(tenant, key.key_id)) throw new Problem('conflict', `The key ${key.key_id} exists.`);
      const taken = [...keys.values()].filter((each) => each.tenant_id === tenant && places.has(each.key_id));
      if (taken.length >= maxPlaces) return false;
      keys.set(key.hash, structuredClone(key));
      places.add(key.key_id);
      return true;
    },
    async releaseKey(tenant, keyId) {
      if (keyOf(tenant, keyId)) places.delete(keyId);
    },
    async *endedKeys(tenant, until) {
      const endOf = ({ revoked_at, expires_at }: ApiKey) => revoked_at ?? expires_at ?? '9999';
      const ended = [...keys.values()].filter(
        (key) => places.has(key.key_id) && endOf(key) <= until && key.tenant_id === tenant,
      );
      yield* structuredClone(ended);
    },
    async noteKeyUse(tenant, keyId, at) {
      const key = keyOf(tenant, keyId);
      if (key) keys.set(key.hash, { ...key, last_used_at: at });
    },
    async changeKey(tenant, keyId, change) {
      const key = keyOf(tenant, keyId);
      if (!key) return undefined;
      const after = { ...key, ...change };
      keys.set(key.hash, after);
      return structuredClone(after);
    },
  };
}
