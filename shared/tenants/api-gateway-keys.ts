import {
  APIGatewayClient,
  DeleteApiKeyCommand,
  type ApiKey as GatewayKey,
  GetApiKeyCommand,
  GetApiKeysCommand,
  NotFoundException,
} from '@aws-sdk/client-api-gateway';
import { orUnavailable } from '#shared/aws/unavailable.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { UsagePlans } from './usage-plans.ts';

/** API Gateway's maximum of keys per page. */
export const PAGE = 500;

/** Awaits a call; reports API Gateway as unavailable if it is. */
export const send = <Output>(call: Promise<Output>): Promise<Output> => orUnavailable('API Gateway', call);

/** Reads the pages of a list, one after another. */
export async function* pages<Page extends { position?: string | undefined }>(
  read: (position: string | undefined) => Promise<Page>,
): AsyncGenerator<Page> {
  let position: string | undefined;
  do {
    const page = await read(position);
    yield page;
    position = page.position;
  } while (position !== undefined);
}

async function get(client: APIGatewayClient, apiKey: string): Promise<GatewayKey | undefined> {
  try {
    return await send(client.send(new GetApiKeyCommand({ apiKey })));
  } catch (error) {
    if (error instanceof NotFoundException) return undefined;
    throw error;
  }
}

/** Returns true if the key exists and belongs to the tenant. */
export const belongsTo = async (
  client: APIGatewayClient,
  tenant: TenantId,
  apiKey: string,
): Promise<boolean> => (await get(client, apiKey))?.name?.startsWith(`${tenant}:`) ?? false;

export async function removeKey(client: APIGatewayClient, apiKey: string): Promise<void> {
  await send(client.send(new DeleteApiKeyCommand({ apiKey }))); // also removes it from its usage plan
}

/** Keys of API Gateway by tenant, without their usage plans. They are named `{tenant}:{key id}`. */
export const apiGatewayKeys = (
  client: APIGatewayClient = new APIGatewayClient(),
): Pick<UsagePlans, 'addedAt' | 'list' | 'remove'> => ({
  async remove(tenant, gatewayKeyId) {
    if (!(await belongsTo(client, tenant, gatewayKeyId))) return;
    try {
      await removeKey(client, gatewayKeyId);
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
  async addedAt(gatewayKeyId) {
    return (await get(client, gatewayKeyId))?.createdDate;
  },
});
