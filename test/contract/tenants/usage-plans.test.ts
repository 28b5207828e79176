import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateUsagePlanCommand,
  GetUsagePlanKeysCommand,
  paginateGetApiKeys,
} from '@aws-sdk/client-api-gateway';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { beforeAll, describe, expect, it } from 'vitest';
import { tenantId } from '#shared/kernel/ids.ts';
import { PLAN_NAMES, type PlanName } from '#shared/kernel/plans.ts';
import { apiGatewayKeys } from '#shared/tenants/api-gateway-keys.ts';
import { apiGatewayUsagePlans } from '#shared/tenants/api-gateway-usage-plans.ts';
import { ssmPlanIds } from '#shared/tenants/ssm-plan-ids.ts';
import { newUsageIdentifier } from '#shared/tenants/usage-identifier.ts';
import type { UsagePlans } from '#shared/tenants/usage-plans.ts';
import { memoryUsagePlans } from '../../memory/usage-plans.ts';
import { emulator, uniqueName } from '../emulator.ts';

/** The plans, and the values of the keys in each. */
interface Gateway {
  usagePlans: UsagePlans;
  membersOf(plan: PlanName): Promise<string[]>;
}

async function inMemory(): Promise<Gateway> {
  const usagePlans = memoryUsagePlans();
  return {
    usagePlans,
    membersOf: async (plan) =>
      [...usagePlans.members].filter(([, member]) => member.plan === plan).map(([value]) => value),
  };
}

async function onApiGateway(): Promise<Gateway> {
  const client = new APIGatewayClient(emulator());
  const ids: Record<string, string> = {};
  for (const name of PLAN_NAMES) {
    ids[name] = (await client.send(new CreateUsagePlanCommand({ name: uniqueName(name) }))).id ?? '';
  }
  const ssm = new SSMClient(emulator());
  const parameter = `/${uniqueName('usage-plans')}`;
  await ssm.send(new PutParameterCommand({ Name: parameter, Type: 'String', Value: JSON.stringify(ids) }));
  return {
    usagePlans: apiGatewayUsagePlans({
      ...{ planIds: ssmPlanIds(parameter, ssm), prefix: uniqueName('deployment'), client },
    }),
    async membersOf(plan) {
      // Other tests make hundreds of keys in the same gateway.
      const values = new Map<string | undefined, string | undefined>();
      for await (const { items: keys = [] } of paginateGetApiKeys({ client }, { includeValues: true }))
        for (const { id, value } of keys) values.set(id, value);
      const { items = [] } = await client.send(new GetUsagePlanKeysCommand({ usagePlanId: ids[plan] }));
      return items.flatMap(({ id }) => values.get(id) ?? []);
    },
  };
}

describe.each([
  ['memory', inMemory],
  ['API Gateway', onApiGateway],
])('usage plans in %s', (_, open) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await open();
  });
  const newTenant = () => tenantId(uniqueName('acme'));

  it('contain the identifier of a tenant once, however often it is assigned', async () => {
    const { usagePlans, membersOf } = gateway;
    const [tenant, identifier] = [newTenant(), newUsageIdentifier()];
    await usagePlans.assign(tenant, identifier, 'pro');
    await usagePlans.assign(tenant, identifier, 'pro');
    await Promise.all([1, 2, 3].map(() => usagePlans.assign(tenant, identifier, 'pro')));
    expect(await membersOf('pro')).toEqual([identifier]);
    expect(await usagePlans.count(tenant)).toBe(1);
    await usagePlans.remove(tenant);
  });

  it('contain it in the plan that was assigned last alone', async () => {
    const { usagePlans, membersOf } = gateway;
    const [tenant, identifier] = [newTenant(), newUsageIdentifier()];
    await usagePlans.assign(tenant, identifier, 'free');
    await usagePlans.assign(tenant, identifier, 'enterprise');
    await usagePlans.assign(tenant, identifier, 'enterprise');
    expect(await membersOf('enterprise')).toEqual([identifier]);
    expect(await membersOf('free')).toEqual([]);
    expect(await usagePlans.count(tenant)).toBe(1);
    await usagePlans.remove(tenant);
  });

  it('lose all keys of a tenant when it is removed, and no other tenant’s', async () => {
    const { usagePlans, membersOf } = gateway;
    const tenant = newTenant();
    const alike = tenantId(`${tenant}-2`);
    const [first, second, other] = [newUsageIdentifier(), newUsageIdentifier(), newUsageIdentifier()];
    expect(await usagePlans.count(tenant)).toBe(0);
    await usagePlans.assign(tenant, first, 'basic');
    await usagePlans.assign(tenant, second, 'basic'); // as two first changes of an older tenant at the same moment
    await usagePlans.assign(alike, other, 'basic');
    expect(await usagePlans.count(tenant)).toBe(2);
    expect(await usagePlans.remove(tenant)).toBe(2);
    expect(await usagePlans.remove(tenant)).toBe(0);
    expect(await usagePlans.count(tenant)).toBe(0);
    expect(await membersOf('basic')).toEqual([other]);
    await usagePlans.assign(tenant, newUsageIdentifier(), 'free'); // a tenant of the same id later
    expect(await usagePlans.count(tenant)).toBe(1);
  });
});

describe('keys in API Gateway', () => {
  it('of another deployment in the account are neither counted nor removed', async () => {
    const client = new APIGatewayClient(emulator());
    const { id = '' } = await client.send(new CreateUsagePlanCommand({ name: uniqueName('plan') }));
    const planIds = async () => ({ free: id, basic: id, pro: id, enterprise: id });
    const [one, other] = ['one', 'other'].map((name) =>
      apiGatewayUsagePlans({ planIds, prefix: uniqueName(name), client }),
    );
    const tenant = tenantId(uniqueName('acme'));
    await one?.assign(tenant, newUsageIdentifier(), 'free');
    expect(await other?.count(tenant)).toBe(0);
    expect(await other?.remove(tenant)).toBe(0);
    expect(await one?.count(tenant)).toBe(1);
  });

  it('are counted and removed if they need several pages', async () => {
    const client = new APIGatewayClient(emulator());
    const prefix = uniqueName('deployment');
    const tenant = tenantId(uniqueName('acme'));
    for (let at = 0; at < 501; at++)
      await client.send(new CreateApiKeyCommand({ name: `${prefix}:${tenant}:${at}`, enabled: true }));
    const keys = apiGatewayKeys({ prefix, client });
    expect(await keys.count(tenant)).toBe(501);
    expect(await keys.remove(tenant)).toBe(501);
    expect(await keys.count(tenant)).toBe(0);
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
