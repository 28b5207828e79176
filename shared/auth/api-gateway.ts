import {
  APIGatewayClient,
  ConflictException,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
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

  return {
    async add(tenant, key, secret, plan) {
      const name = `${tenant}:${key}`;
      const usagePlanId = (await planIds())[plan];
      const keyId = (await findKey(name)) ?? (await createKey(name, secret));
      try {
        await ask(client.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' })));
      } catch (error) {
        if (!(error instanceof ConflictException)) throw error; // it is a member already
      }
      return keyId;
    },
    async remove(tenant, gatewayKeyId) {
      try {
        const { name } = await ask(client.send(new GetApiKeyCommand({ apiKey: gatewayKeyId })));
        if (!name?.startsWith(`${tenant}:`)) return;
        await ask(client.send(new DeleteApiKeyCommand({ apiKey: gatewayKeyId }))); // leaves its plan with it
      } catch (error) {
        if (!(error instanceof NotFoundException)) throw error;
      }
    },
  };
}
