import type { DeepLens } from '@deeplens/sdk';

/** Options of the query for all webhooks. */
export const webhooksQuery = (client: DeepLens) => ({
  queryKey: ['webhooks'],
  queryFn: async ({ signal }: { signal: AbortSignal }) => (await client.webhooks.list({ signal })).webhooks,
});
