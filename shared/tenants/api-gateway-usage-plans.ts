import {
  APIGatewayClient,
  ConflictException,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteUsagePlanKeyCommand,
  type ApiKey as GatewayKey,
  GetApiKeyCommand,
  GetApiKeysCommand,
  GetUsagePlanKeysCommand,
  NotFoundException,
} from '@aws-sdk/client-api-gateway';
import { orUnavailable } from '#shared/aws/unavailable.ts';
import {
  KEY_ID_PATTERN,
  type KeyId,
  keyId,
  TENANT_ID_PATTERN,
  type TenantId,
  tenantId,
} from '#shared/kernel/ids.ts';
import type { PlanName } from '#shared/kernel/plans.ts';
import type { UsagePlans } from './usage-plans.ts';

interface ApiGatewayOptions {
  planIds: () => Promise<Record<PlanName, string>>;
  client?: APIGatewayClient;
}

/** API Gateway's maximum of keys per page. */
const PAGE = 500;

/** Reads the pages of a list, one after another. */
async function* pages<Page extends { position?: string | undefined }>(
  read: (position: string | undefined) => Promise<Page>,
): AsyncGenerator<Page> {
  let position: string | undefined;
  do {
    const page = await read(position);
    yield page;
    position = page.position;
  } while (position !== undefined);
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
  const send = <Output>(call: Promise<Output>): Promise<Output> => orUnavailable('API Gateway', call);

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

  async function get(apiKey: string): Promise<GatewayKey | undefined> {
    try {
      return await send(client.send(new GetApiKeyCommand({ apiKey })));
    } catch (error) {
      if (error instanceof NotFoundException) return undefined;
      throw error;
    }
  }

  /** Returns true if the key exists and belongs to the tenant. */
  const belongsTo = async (tenant: TenantId, apiKey: string): Promise<boolean> =>
    (await get(apiKey))?.name?.startsWith(`${tenant}:`) ?? false;

  async function removeKey(apiKey: string): Promise<void> {
    await send(client.send(new DeleteApiKeyCommand({ apiKey }))); // also removes it from its usage plan
  }

  async function ensureKey(name: string, value: string): Promise<string> {
    const existing = await findKey(name);
    if (existing?.id !== undefined) {
      if (existing.value === value) return existing.id;
      await removeKey(existing.id); // the value of a key cannot be changed
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
    async add(tenant, key, secret, plan) {
      const keyId = await ensureKey(`${tenant}:${key}`, secret);
      await assignPlan(keyId, plan);
      return keyId;
    },
    async move(tenant, gatewayKeyId, plan) {
      if (await belongsTo(tenant, gatewayKeyId)) await assignPlan(gatewayKeyId, plan);
    },
    async remove(tenant, gatewayKeyId) {
      if (!(await belongsTo(tenant, gatewayKeyId))) return;
      try {
        await removeKey(gatewayKeyId);
      } catch (error) {
        if (!(error instanceof NotFoundException)) throw error;
      }
    },
    async list(tenant) {
      const ids: string[] = [];
      const read = (position: string | undefined) =>
        send(client.send(new GetApiKeysCommand({ nameQuery: `${tenant}:`, limit: PAGE, position })));
      for await (const { items = [] } of pages(read))
        ids.push(...items.flatMap(({ id, name }) => (id && name?.startsWith(`${tenant}:`) ? [id] : [])));
      return ids;
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
    async addedAt(gatewayKeyId) {
      return (await get(gatewayKeyId))?.createdDate;
    },
  };
}
