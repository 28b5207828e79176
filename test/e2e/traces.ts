import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { APIGatewayClient, paginateGetApiKeys } from '@aws-sdk/client-api-gateway';
import {
  CognitoIdentityProviderClient,
  paginateListUserPools,
  paginateListUsers,
} from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient, paginateListTables } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, ListEventBusesCommand } from '@aws-sdk/client-eventbridge';
import { ListBucketsCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { paginateListSecrets, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { tenantId } from '#shared/kernel/ids.ts';
import { lanceDbVectorIndex } from '#shared/vector-index/lancedb-index.ts';
import { readStack } from './stack.ts';

const aws = () => ({
  endpoint: readStack().emulator_url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

/**
 * Finds a tenant's id in all stores, except the audit log and jobs, which belong to the operator.
 * @returns the number of items by store; `{}` if there are none
 */
export async function tracesOf(tenant: string): Promise<Record<string, number>> {
  const traces: Record<string, number> = {};
  const note = (where: string, what: unknown) => {
    if (JSON.stringify(what).includes(tenant)) traces[where] = (traces[where] ?? 0) + 1;
  };
  await inTables(note);
  await inBuckets(note);
  await inGateway(note);
  await inUserPools(note);
  await inSecrets(note);
  await inEventBuses(note);
  const vectors = await inLanceDb(tenant);
  return { ...traces, ...(vectors > 0 && { vectors }) };
}

type Note = (where: string, what: unknown) => void;

async function inTables(note: Note): Promise<void> {
  const client = new DynamoDBClient(aws());
  const documents = DynamoDBDocumentClient.from(client);
  for await (const { TableNames = [] } of paginateListTables({ client }, {})) {
    for (const TableName of TableNames.filter((name) => !name.endsWith('-audit'))) {
      for await (const { Items = [] } of paginateScan({ client: documents }, { TableName })) {
        for (const item of Items) if (!String(item.pk).startsWith('JOB#')) note(TableName, item);
      }
    }
  }
}

async function inBuckets(note: Note): Promise<void> {
  const client = new S3Client({ ...aws(), forcePathStyle: true });
  const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
  for (const { Name: Bucket = '' } of Buckets.filter(({ Name }) => !Name?.includes('audit'))) {
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
      for (const { Key = '' } of Contents) note(`${Bucket}/${Key.split('/')[0]}`, Key);
    }
  }
}

async function inGateway(note: Note): Promise<void> {
  const client = new APIGatewayClient(aws());
  for await (const { items = [] } of paginateGetApiKeys({ client }, {})) {
    for (const { name } of items) note('gateway keys', name ?? '');
  }
}

async function inUserPools(note: Note): Promise<void> {
  const client = new CognitoIdentityProviderClient(aws());
  for await (const { UserPools = [] } of paginateListUserPools({ client }, { MaxResults: 10 }))
    for (const { Id: UserPoolId } of UserPools)
      for await (const { Users = [] } of paginateListUsers({ client }, { UserPoolId }))
        for (const { Attributes } of Users) note('accounts', Attributes);
}

async function inSecrets(note: Note): Promise<void> {
  const client = new SecretsManagerClient(aws());
  for await (const { SecretList = [] } of paginateListSecrets({ client }, {}))
    for (const { Name } of SecretList) note('secrets', Name ?? '');
}

async function inEventBuses(note: Note): Promise<void> {
  const { EventBuses = [] } = await new EventBridgeClient(aws()).send(new ListEventBusesCommand({}));
  for (const { Name } of EventBuses) note('event buses', Name ?? '');
}

/** Counts vectors in LanceDB; for OpenSearch, the contract tests and the receipt cover removal. */
async function inLanceDb(tenant: string): Promise<number> {
  const uri = join(dirname(process.env.DEEPLENS_TEST_STACK ?? ''), 'state/lancedb');
  if (!existsSync(uri)) return 0;
  const modulePath = createRequire(import.meta.url).resolve('@lancedb/lancedb');
  const index = await lanceDbVectorIndex({ uri, modulePath });
  const models = await index.models();
  const counts = await Promise.all(models.map((model) => index.count(tenantId(tenant), model)));
  return counts.reduce((sum, count) => sum + count, 0);
}
