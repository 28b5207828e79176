import { APIGatewayClient, CreateApiKeyCommand, CreateUsagePlanCommand } from '@aws-sdk/client-api-gateway';
import { describe, expect, it } from 'vitest';
import { newKeyId, tenantId } from '#shared/kernel/ids.ts';
import { apiGatewayUsagePlans } from '#shared/tenants/api-gateway-usage-plans.ts';
import { memoryUsagePlans } from '../../memory/usage-plans.ts';
import { emulator, uniqueName } from '../emulator.ts';

async function gateway() {
  const client = new APIGatewayClient(emulator());
  const { id = '' } = await client.send(new CreateUsagePlanCommand({ name: uniqueName('plan') }));
  return apiGatewayUsagePlans({
    client,
    planIds: async () => ({ free: id, basic: id, pro: id, enterprise: id }),
  });
}

describe.each([
  ['memory', async () => memoryUsagePlans()],
  ['API Gateway', gateway],
])('the keys of a tenant in %s', (_, open) => {
  it('are listed, and no other tenant’s', async () => {
    const usagePlans = await open();
    const tenant = tenantId(uniqueName('acme'));
    const alike = tenantId(`${tenant}-2`);
    expect(await usagePlans.list(tenant)).toEqual([]);
    const ids = [];
    for (const owner of [tenant, tenant, alike]) {
      ids.push(await usagePlans.add(owner, newKeyId(), `${uniqueName('secret')}-of-some-length`, 'pro'));
    }
    expect((await usagePlans.list(tenant)).sort()).toEqual(ids.slice(0, 2).sort());
    for (const id of ids) await usagePlans.remove(tenant, id);
    expect(await usagePlans.list(tenant)).toEqual([]);
    expect(await usagePlans.list(alike)).toEqual(ids.slice(2));
  });
});

it('all keys are listed if they need several pages', async () => {
  const client = new APIGatewayClient(emulator());
  const tenant = tenantId(uniqueName('acme'));
  for (let at = 0; at < 501; at++) {
    await client.send(new CreateApiKeyCommand({ name: `${tenant}:${newKeyId()}`, enabled: true }));
  }
  const planIds = async () => ({ free: '', basic: '', pro: '', enterprise: '' });
  expect(await apiGatewayUsagePlans({ client, planIds }).list(tenant)).toHaveLength(501);
});
