import {
  APIGatewayClient,
  ConflictException,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteUsagePlanKeyCommand,
  type ApiKey as GatewayKey,
  GetApiKeysCommand,
  GetUsagePlanKeysCommand,
  NotFoundException,
} from '@aws-sdk/client-api-gateway';
import {
  KEY_ID_PATTERN,
  type KeyId,
  keyId,
  TENANT_ID_PATTERN,
  type TenantId,
  tenantId,
} from '#shared/kernel/ids.ts';
import type { PlanName } from '#shared/kernel/plans.ts';
import { apiGatewayKeys, belongsTo, PAGE, pages, removeKey, send } from './api-gateway-keys.ts';
import type { UsagePlans } from './usage-plans.ts';

interface ApiGatewayOptions {
  planIds: () => Promise<Record<PlanName, string>>;
  client?: APIGatewayClient;
}

/** Reads a key's name; undefined if it is not one of ours. */
function ownerOf(name = ''): { tenant_id: TenantId; key_id: KeyId } | undefined {
  const [tenant = '', key = ''] = name.split(':');
  if (!TENANT_ID_PATTERN.test(tenant) || !KEY_ID_PATTERN.test(key)) return undefined;
  return { tenant_id: tenantId(tenant), key_id: keyId(key) };
}

/** Usage plans of API Gateway. Its keys are named `{tenant}:{key id}`. */
export function apiGatewayUsagePlans({
  planIds,
  client = new APIGatewayClient(),
}: ApiGatewayOptions): UsagePlans {
  async function findKey(name: string): Promise<GatewayKey | undefined> {
    const command = new GetApiKeysCommand({ nameQuery: name, includeValues: true });
    const { items = [] } = await send(client.send(command));
    return items.find((key) => key.name === name); // the query matches prefixes
  }

  async function createKey(name: string, value: string): Promise<string> {
    try {
      const { id } = await send(client.send(new CreateApiKeyCommand({ name, value, enabled: true })));
      if (id === undefined) throw new Error('API Gateway returned a key without an id');
      return id;
    } catch (error) {
      const existing = error instanceof ConflictException ? await findKey(name) : undefined;
      if (existing?.id === undefined || existing.value !== value) throw error;
      return existing.id; // created by a concurrent identical call
    }
  }

  async function ensureKey(name: string, value: string): Promise<string> {
    const existing = await findKey(name);
    if (existing?.id !== undefined) {
      if (existing.value === value) return existing.id;
      await removeKey(client, existing.id); // the value of a key cannot be changed
    }
    return createKey(name, value);
  }

  /** Makes the key a member of this plan only: API Gateway rejects a key in two plans of one stage. */
  async function assignPlan(keyId: string, plan: PlanName): Promise<void> {
    const ids = await planIds();
    for (const [name, usagePlanId] of Object.entries(ids)) {
      if (name === plan) continue;
      try {
        await send(client.send(new DeleteUsagePlanKeyCommand({ usagePlanId, keyId })));
      } catch (error) {
        if (!(error instanceof NotFoundException)) throw error; // not found: it is not a member
      }
    }
    try {
      const command = new CreateUsagePlanKeyCommand({ usagePlanId: ids[plan], keyId, keyType: 'API_KEY' });
      await send(client.send(command));
    } catch (error) {
      if (!(error instanceof ConflictException)) throw error; // conflict: it is a member already
    }
  }

  return {
    ...apiGatewayKeys(client),
    async add(tenant, key, secret, plan) {
      const keyId = await ensureKey(`${tenant}:${key}`, secret);
      await assignPlan(keyId, plan);
      return keyId;
    },
    async move(tenant, gatewayKeyId, plan) {
      if (await belongsTo(client, tenant, gatewayKeyId)) await assignPlan(gatewayKeyId, plan);
    },
    // By plan: the account may have keys of other deployments, whose names look the same.
    async *all() {
      for (const usagePlanId of Object.values(await planIds())) {
        const read = (position: string | undefined) =>
          send(client.send(new GetUsagePlanKeysCommand({ usagePlanId, limit: PAGE, position })));
        for await (const { items = [] } of pages(read)) {
          for (const { id, name } of items) {
            const owner = ownerOf(name);
            if (id !== undefined && owner) yield { ...owner, gatewayKeyId: id };
          }
        }
      }
    },
  };
}
