import {
  APIGatewayClient,
  DeleteApiKeyCommand,
  GetApiKeysCommand,
  NotFoundException,
} from '@aws-sdk/client-api-gateway';
import * as z from 'zod';
import { orUnavailable } from '#shared/aws/unavailable.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { UsagePlans } from './usage-plans.ts';

/** What the names of our keys in API Gateway begin with: the account may have keys of other deployments. */
export const GatewayKeysEnv = z.object({ GATEWAY_KEYS_PREFIX: z.string().min(1) });

export interface GatewayKeysOptions {
  prefix: string;
  client?: APIGatewayClient;
}

/** API Gateway's maximum of keys per page. */
const PAGE = 500;

/** Awaits a call; reports API Gateway as unavailable if it is. */
export const send = <Output>(call: Promise<Output>): Promise<Output> => orUnavailable('API Gateway', call);

/** Returns what the names of a tenant's keys begin with. Names are `{prefix}:{tenant}:{identifier}`. */
export const namePrefix = (prefix: string, tenant: TenantId): string => `${prefix}:${tenant}:`;

/** Keys of API Gateway by tenant, without their usage plans. */
export function apiGatewayKeys({
  prefix,
  client = new APIGatewayClient(),
}: GatewayKeysOptions): Pick<UsagePlans, 'count' | 'remove'> {
  async function idsOf(tenant: TenantId): Promise<string[]> {
    const nameQuery = namePrefix(prefix, tenant);
    const ids: string[] = [];
    let position: string | undefined;
    do {
      const page = await send(client.send(new GetApiKeysCommand({ nameQuery, limit: PAGE, position })));
      for (const { id, name } of page.items ?? []) if (id && name?.startsWith(nameQuery)) ids.push(id);
      position = page.position;
    } while (position !== undefined);
    return ids;
  }

  return {
    async count(tenant) {
      return (await idsOf(tenant)).length;
    },
    async remove(tenant) {
      const ids = await idsOf(tenant);
      for (const apiKey of ids) {
        try {
          await send(client.send(new DeleteApiKeyCommand({ apiKey }))); // also removes it from its usage plan
        } catch (error) {
          if (!(error instanceof NotFoundException)) throw error;
        }
      }
      return ids.length;
    },
  };
}
