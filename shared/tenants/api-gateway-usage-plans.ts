import {
  APIGatewayClient,
  ConflictException,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteUsagePlanKeyCommand,
  GetApiKeysCommand,
  NotFoundException,
} from '@aws-sdk/client-api-gateway';
import type { PlanName } from '#shared/kernel/plans.ts';
import { apiGatewayKeys, type GatewayKeysOptions, namePrefix, send } from './api-gateway-keys.ts';
import type { UsagePlans } from './usage-plans.ts';

interface ApiGatewayOptions extends GatewayKeysOptions {
  planIds: () => Promise<Record<PlanName, string>>;
}

/** Usage plans of API Gateway. */
export function apiGatewayUsagePlans({
  planIds,
  prefix,
  client = new APIGatewayClient(),
}: ApiGatewayOptions): UsagePlans {
  async function findKey(nameQuery: string): Promise<string | undefined> {
    const { items = [] } = await send(client.send(new GetApiKeysCommand({ nameQuery })));
    return items.find(({ name }) => name === nameQuery)?.id;
  }

  /** Returns the id of the key. Its name has its value, so that a key of this name is this one. */
  async function ensureKey(name: string, value: string): Promise<string> {
    const existing = await findKey(name);
    if (existing !== undefined) return existing;
    try {
      const { id } = await send(client.send(new CreateApiKeyCommand({ name, value, enabled: true })));
      if (id === undefined) throw new Error('API Gateway returned a key without an id');
      return id;
    } catch (error) {
      const made = error instanceof ConflictException ? await findKey(name) : undefined;
      if (made === undefined) throw error;
      return made; // by a concurrent identical call
    }
  }

  /** Makes the key a member of this plan only: API Gateway rejects a key in two plans of one stage. */
  async function moveTo(plan: PlanName, keyId: string): Promise<void> {
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
    ...apiGatewayKeys({ prefix, client }),
    async assign(tenant, identifier, plan) {
      await moveTo(plan, await ensureKey(`${namePrefix(prefix, tenant)}${identifier}`, identifier));
    },
  };
}
