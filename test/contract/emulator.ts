import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Address of the emulator that the tests' global setup starts. */
function endpoint(): string {
  const url = process.env.DEEPLENS_TEST_EMULATOR;
  if (!url) throw new Error('DEEPLENS_TEST_EMULATOR is not set: run these tests by `npm test`');
  return url;
}

/** Options of every AWS client that talks to the emulator. */
export const emulator = () => ({
  endpoint: endpoint(),
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

/** A name that no other test has. */
export const uniqueName = (what: string): string => `${what}-${randomUUID().slice(0, 8)}`;

const KEYS = [
  { AttributeName: 'pk', KeyType: 'HASH' },
  { AttributeName: 'sk', KeyType: 'RANGE' },
] as const;

/** An index: its name, its partition key, its sort key. */
export type Index = readonly [name: string, partition: string, sort?: string];

/** Makes an empty table with the keys `pk` and `sk`: docs/data-model.md. */
export async function newTable(what: string, indexes: readonly Index[] = []) {
  const client = new DynamoDBClient(emulator());
  const table = uniqueName(what);
  const attributes = new Set(['pk', 'sk', ...indexes.flatMap(([, ...keys]) => keys)]);
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [...KEYS],
      AttributeDefinitions: [...attributes].flatMap((AttributeName) =>
        AttributeName ? [{ AttributeName, AttributeType: 'S' as const }] : [],
      ),
      ...(indexes.length > 0 && {
        GlobalSecondaryIndexes: indexes.map(([IndexName, partition, sort]) => ({
          IndexName,
          KeySchema: [
            { AttributeName: partition, KeyType: 'HASH' as const },
            ...(sort ? [{ AttributeName: sort, KeyType: 'RANGE' as const }] : []),
          ],
          Projection: { ProjectionType: 'ALL' as const },
        })),
      }),
    }),
  );
  return { table, client };
}
