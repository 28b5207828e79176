import {
  APIGatewayClient,
  ConflictException,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteUsagePlanKeyCommand,
  GetApiKeyCommand,
  GetApiKeysCommand,
  NotFoundException,
} from '@aws-sdk/client-api-gateway';
import { orUnavailable } from '#shared/aws/unavailable.ts';
import type { PlanName } from '#shared/domain/plans.ts';
import type { UsagePlans } from './usage-plans.ts';

interface ApiGatewayOptions {
  planIds: () => Promise<Record<PlanName, string>>;
  client?: APIGatewayClient;
}

/** Keys in API Gateway, named `{tenant}:{key id}`. */
export function apiGatewayUsagePlans({
  planIds,
  client = new APIGatewayClient(),
}: ApiGatewayOptions): UsagePlans {
  const ask = <Output>(call: Promise<Output>): Promise<Output> => orUnavailable('API Gateway', call);

  async function findKey(name: string): Promise<string | undefined> {
    const { items = [] } = await ask(client.send(new GetApiKeysCommand({ nameQuery: name })));
    return items.find((key) => key.name === name)?.id; // the query asks for names that begin so
  }

  async function createKey(name: string, value: string): Promise<string> {
    const { id } = await ask(client.send(new CreateApiKeyCommand({ name, value, enabled: true })));
    if (id === undefined) throw new Error('API Gateway made a key without an id');
    return id;
  }

  async function removeKey(apiKey: string): Promise<void> {
    await ask(client.send(new DeleteApiKeyCommand({ apiKey }))); // leaves its plan with it
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
      const name = `${tenant}:${key}`;
      const before = await findKey(name);
      if (before !== undefined) await removeKey(before); // a value cannot be changed
      const keyId = await createKey(name, secret);
      await settle(keyId, plan);
      return keyId;
    },
    async move(_tenant, gatewayKeyId, plan) {
      await settle(gatewayKeyId, plan);
    },
    async remove(tenant, gatewayKeyId) {
      try {
        const { name } = await ask(client.send(new GetApiKeyCommand({ apiKey: gatewayKeyId })));
        if (!name?.startsWith(`${tenant}:`)) return;
        await removeKey(gatewayKeyId);
      } catch (error) {
        if (!(error instanceof NotFoundException)) throw error;
      }
    },
  };
}
