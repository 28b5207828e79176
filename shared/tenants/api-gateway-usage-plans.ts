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
  NotFoundException,
} from '@aws-sdk/client-api-gateway';
import { orUnavailable } from '#shared/aws/unavailable.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { PlanName } from '#shared/kernel/plans.ts';
import type { UsagePlans } from './usage-plans.ts';

interface ApiGatewayOptions {
  planIds: () => Promise<Record<PlanName, string>>;
  client?: APIGatewayClient;
}

/** The most keys that API Gateway lists in one reply. */
const PAGE = 500;

/** Keys in API Gateway, named `{tenant}:{key id}`. */
export function apiGatewayUsagePlans({
  planIds,
  client = new APIGatewayClient(),
}: ApiGatewayOptions): UsagePlans {
  const ask = <Output>(call: Promise<Output>): Promise<Output> => orUnavailable('API Gateway', call);

  async function findKey(name: string): Promise<GatewayKey | undefined> {
    const command = new GetApiKeysCommand({ nameQuery: name, includeValues: true });
    const { items = [] } = await ask(client.send(command));
    return items.find((key) => key.name === name); // the query asks for names that begin so
  }

  async function createKey(name: string, value: string): Promise<string> {
    try {
      const { id } = await ask(client.send(new CreateApiKeyCommand({ name, value, enabled: true })));
      if (id === undefined) throw new Error('API Gateway made a key without an id');
      return id;
    } catch (error) {
      const other = error instanceof ConflictException ? await findKey(name) : undefined;
      if (other?.id === undefined || other.value !== value) throw error;
      return other.id; // the same call, made at the same time, was faster
    }
  }

  /** Whether it is there, and the tenant's. */
  async function isOwn(tenant: TenantId, apiKey: string): Promise<boolean> {
    try {
      const { name } = await ask(client.send(new GetApiKeyCommand({ apiKey })));
      return name?.startsWith(`${tenant}:`) ?? false;
    } catch (error) {
      if (error instanceof NotFoundException) return false;
      throw error;
    }
  }

  async function removeKey(apiKey: string): Promise<void> {
    await ask(client.send(new DeleteApiKeyCommand({ apiKey }))); // leaves its plan with it
  }

  async function keyOf(name: string, value: string): Promise<string> {
    const before = await findKey(name);
    if (before?.id !== undefined) {
      if (before.value === value) return before.id;
      await removeKey(before.id); // a value cannot be changed
    }
    return createKey(name, value);
  }

  /** In the one plan, and in no other: a key in two plans of a stage would be refused. */
  async function settle(keyId: string, plan: PlanName): Promise<void> {
    const ids = await planIds();
    for (const [name, usagePlanId] of Object.entries(ids)) {
      if (name === plan) continue;
      try {
        await ask(client.send(new DeleteUsagePlanKeyCommand({ usagePlanId, keyId })));
      } catch (error) {
        if (!(error instanceof NotFoundException)) throw error; // it is no member
      }
    }
    try {
      const command = new CreateUsagePlanKeyCommand({ usagePlanId: ids[plan], keyId, keyType: 'API_KEY' });
      await ask(client.send(command));
    } catch (error) {
      if (!(error instanceof ConflictException)) throw error; // it is a member already
    }
  }

  return {
    async add(tenant, key, secret, plan) {
      const keyId = await keyOf(`${tenant}:${key}`, secret);
      await settle(keyId, plan);
      return keyId;
    },
    async move(tenant, gatewayKeyId, plan) {
      if (await isOwn(tenant, gatewayKeyId)) await settle(gatewayKeyId, plan);
    },
    async remove(tenant, gatewayKeyId) {
      if (!(await isOwn(tenant, gatewayKeyId))) return;
      try {
        await removeKey(gatewayKeyId);
      } catch (error) {
        if (!(error instanceof NotFoundException)) throw error;
      }
    },
    async list(tenant) {
      const ids: string[] = [];
      let from: string | undefined;
      do {
        const command = new GetApiKeysCommand({ nameQuery: `${tenant}:`, limit: PAGE, position: from });
        const { items = [], position } = await ask(client.send(command));
        ids.push(...items.flatMap(({ id, name }) => (id && name?.startsWith(`${tenant}:`) ? [id] : [])));
        from = position;
      } while (from !== undefined);
      return ids;
    },
  };
}
