import {
  APIGatewayClient,
  CreateUsagePlanCommand,
  GetUsagePlanKeysCommand,
  paginateGetApiKeys,
} from '@aws-sdk/client-api-gateway';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { beforeAll, describe, expect, it } from 'vitest';
import { newKeyId, tenantId } from '#shared/kernel/ids.ts';
import { PLAN_NAMES, type PlanName } from '#shared/kernel/plans.ts';
import { apiGatewayUsagePlans } from '#shared/tenants/api-gateway-usage-plans.ts';
import { newApiKey } from '#shared/tenants/new-api-key.ts';
import { ssmPlanIds } from '#shared/tenants/ssm-plan-ids.ts';
import type { UsagePlans } from '#shared/tenants/usage-plans.ts';
import { memoryUsagePlans } from '../../memory/usage-plans.ts';
import { emulator, uniqueName } from '../emulator.ts';

/** The plans, and who is in which. */
interface Fence {
  usagePlans: UsagePlans;
  membersOf(plan: PlanName): Promise<string[]>;
}

async function memoryFence(): Promise<Fence> {
  const usagePlans = memoryUsagePlans();
  return {
    usagePlans,
    membersOf: async (plan) =>
      [...usagePlans.members].filter(([, member]) => member.plan === plan).map(([id]) => id),
  };
}

async function gatewayPlan(): Promise<Fence> {
  const client = new APIGatewayClient(emulator());
  const ids: Record<string, string> = {};
  for (const name of PLAN_NAMES) {
    ids[name] = (await client.send(new CreateUsagePlanCommand({ name: uniqueName(name) }))).id ?? '';
  }
  const ssm = new SSMClient(emulator());
  const parameter = `/${uniqueName('usage-plans')}`;
  await ssm.send(new PutParameterCommand({ Name: parameter, Type: 'String', Value: JSON.stringify(ids) }));
  return {
    usagePlans: apiGatewayUsagePlans({ planIds: ssmPlanIds(parameter, ssm), client }),
    async membersOf(plan) {
      // Other tests make hundreds of keys in the same gateway.
      const existing = new Set<string | undefined>();
      for await (const { items: keys = [] } of paginateGetApiKeys({ client }, { limit: 500 }))
        for (const { id } of keys) existing.add(id);
      const { items = [] } = await client.send(new GetUsagePlanKeysCommand({ usagePlanId: ids[plan] }));
      return items.flatMap(({ id }) => (id !== undefined && existing.has(id) ? [id] : []));
    },
  };
}

describe.each([
  ['memory', memoryFence],
  ['API Gateway', gatewayPlan],
])('usage plans in %s', (_, open) => {
  let fence: Fence;
  const [tenant, stranger] = [tenantId(uniqueName('acme')), tenantId(uniqueName('acme'))];
  beforeAll(async () => {
    fence = await open();
  });

  it('contain a key once, however often it is added', async () => {
    const key = newKeyId();
    const secret = newApiKey(key);
    const id = await fence.usagePlans.add(tenant, key, secret, 'pro');
    expect(await fence.membersOf('pro')).toEqual([id]);
    expect(await fence.usagePlans.add(tenant, key, secret, 'pro')).toBe(id);
    expect(await fence.membersOf('pro')).toEqual([id]);
    const again = await fence.usagePlans.add(tenant, key, newApiKey(key), 'free');
    expect(await fence.membersOf('free')).toEqual([again]);
    expect(await fence.membersOf('pro')).toEqual([]);
    expect(await fence.usagePlans.list(tenant)).toEqual([again]);
    await fence.usagePlans.remove(tenant, again);
  });

  it('move a key to another plan, also when repeated', async () => {
    const key = newKeyId();
    const id = await fence.usagePlans.add(tenant, key, newApiKey(key), 'free');
    await fence.usagePlans.move(tenant, id, 'enterprise');
    await fence.usagePlans.move(tenant, id, 'enterprise');
    await fence.usagePlans.move(stranger, id, 'basic');
    expect(await fence.membersOf('enterprise')).toEqual([id]);
    expect(await fence.membersOf('free')).toEqual([]);
    await fence.usagePlans.remove(tenant, id);
    await fence.usagePlans.move(tenant, id, 'basic');
    for (const plan of PLAN_NAMES) expect(await fence.membersOf(plan)).toEqual([]);
  });

  it('remove a key of its own tenant only, also one that is gone', async () => {
    const [first, second] = [newKeyId(), newKeyId()];
    const firstId = await fence.usagePlans.add(tenant, first, newApiKey(first), 'basic');
    const secondId = await fence.usagePlans.add(stranger, second, newApiKey(second), 'basic');
    expect(secondId).not.toBe(firstId);
    await fence.usagePlans.remove(stranger, firstId);
    expect((await fence.membersOf('basic')).sort()).toEqual([firstId, secondId].sort());
    await fence.usagePlans.remove(tenant, firstId);
    await fence.usagePlans.remove(tenant, firstId);
    expect(await fence.membersOf('basic')).toEqual([secondId]);
  });
});

describe('the usage plans’ ids', () => {
  it('must exist for every plan', async () => {
    const ssm = new SSMClient(emulator());
    const parameter = `/${uniqueName('usage-plans')}`;
    const Value = JSON.stringify({ free: 'a', basic: 'b' });
    await ssm.send(new PutParameterCommand({ Name: parameter, Type: 'String', Value }));
    await expect(ssmPlanIds(parameter, ssm)()).rejects.toThrow('enterprise');
  });

  it('are reported as unavailable if SSM is', async () => {
    const ssm = new SSMClient({ ...emulator(), endpoint: 'http://127.0.0.1:9', maxAttempts: 1 });
    await expect(ssmPlanIds('/any', ssm)()).rejects.toMatchObject({ code: 'dependency_unavailable' });
  });
});
