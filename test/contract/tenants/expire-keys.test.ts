import { APIGatewayClient, CreateUsagePlanCommand } from '@aws-sdk/client-api-gateway';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { expect, it, vi } from 'vitest';
import { apiKeyKey } from '#shared/aws/dynamodb-keys.ts';
import { newKeyId, tenantId } from '#shared/kernel/ids.ts';
import { PLAN_NAMES } from '#shared/kernel/plans.ts';
import { apiGatewayUsagePlans } from '#shared/tenants/api-gateway-usage-plans.ts';
import { createTenant } from '#shared/tenants/create-tenant.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { manageKeys } from '#shared/tenants/manage-keys.ts';
import { hashApiKey, newApiKey } from '#shared/tenants/new-api-key.ts';
import { ssmPlanIds } from '#shared/tenants/ssm-plan-ids.ts';
import { emulator, newTable, uniqueName } from '../emulator.ts';

const INDEXES = [
  ['by_key_hash', 'key_hash'],
  ['by_kind', 'gsi_kind', 'tenant_id'],
  ['by_key_end', 'gsi_key_end', 'ends_at'],
] as const;
const operator = { kind: 'operator' as const, subject: 'op', scopes: ['deeplens.admin' as const] };

/** The function's handler, on tables and plans of its own. */
async function deployed() {
  const gateway = new APIGatewayClient(emulator());
  const ids = await Promise.all(
    PLAN_NAMES.map(async (name) => [
      name,
      (await gateway.send(new CreateUsagePlanCommand({ name: uniqueName(name) }))).id,
    ]),
  );
  const parameter = `/${uniqueName('usage-plans')}`;
  const ssm = new SSMClient(emulator());
  const Value = JSON.stringify(Object.fromEntries(ids));
  await ssm.send(new PutParameterCommand({ Name: parameter, Type: 'String', Value }));
  const table = await newTable('tenants', INDEXES);
  const { endpoint, region, credentials } = emulator();
  for (const [name, value] of Object.entries({
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    TENANTS_TABLE: table.table,
    USAGE_PLANS_PARAMETER: parameter,
    EXPIRE_KEYS_BUDGET_SECONDS: '60',
    POWERTOOLS_TRACE_ENABLED: 'false',
  }))
    vi.stubEnv(name, value);
  const { handler } = await import('../../../functions/tenants/expire-keys/handler.ts');
  return {
    table,
    tenants: dynamoTenantStore(table),
    usagePlans: apiGatewayUsagePlans({ planIds: ssmPlanIds(parameter, ssm), client: gateway }),
    run: (event: unknown) => handler(event, { functionName: 'f', awsRequestId: 'r' } as Context),
  };
}

it('the scheduled function removes ended keys from API Gateway, also those from before the counter', async () => {
  const { table, tenants, usagePlans, run } = await deployed();
  const ports = { tenants, usagePlans, newApiKey, hashApiKey, defaultModel: 'first' };
  const tenant = tenantId(uniqueName('acme'));
  await createTenant(ports)(tenant, { name: 'Acme', plan: 'free' });
  const keys = manageKeys(ports);
  const make = async () =>
    (await keys.create(tenant, { name: 'app', scopes: ['deeplens.search'] }, operator)).key;
  const [valid, rotated, old] = [await make(), await make(), await make()];
  await keys.rotate(tenant, rotated.key_id, 0, operator);
  // A key from before the counter and the index of ends: without a place, and with its end in `expires_at` alone.
  await DynamoDBDocumentClient.from(table.client).send(
    new UpdateCommand({
      TableName: table.table,
      Key: apiKeyKey(tenant, old.key_id),
      UpdateExpression: 'SET expires_at = :past REMOVE gsi_key_end, ends_at, has_place',
      ExpressionAttributeValues: { ':past': '2026-01-01T00:00:00.000Z' },
    }),
  );
  const young = await usagePlans.add(tenant, newKeyId(), 'a-secret-of-twenty-letters', 'free');
  expect(await usagePlans.list(tenant)).toHaveLength(6); // the first, three, the rotation's, and the young one

  await run({ source: 'aws.events', 'detail-type': 'Scheduled Event' });
  expect(await usagePlans.list(tenant)).not.toContain(rotated.gateway_key_id);
  expect(await usagePlans.list(tenant)).toHaveLength(5);

  await run({ sweep: true });
  const left = await usagePlans.list(tenant);
  expect(left).toHaveLength(4);
  expect(left).not.toContain(old.gateway_key_id);
  expect(left).toEqual(expect.arrayContaining([valid.gateway_key_id, young]));
});
