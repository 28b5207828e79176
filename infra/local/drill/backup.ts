import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  DynamoDBClient,
  ListTablesCommand,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { awsClient } from '../emulator.ts';
import { keysUnder } from '../reconcile.ts';
import { PlainError } from '../steps.ts';

type Item = Record<string, AttributeValue>;

/** Counts of what a backup holds, by table and by folder of the bucket. */
export interface BackupCounts {
  tables: Record<string, number>;
  objects: Record<string, number>;
}

/** The limiter's counters are of the last minutes: docs/operate/restore.md. */
const LEFT_OUT = /-limits$/;
/** What awaits validation is notified to it when it is written. */
const FOLDERS = ['uploads', 'derived', 'events'];
/** Cached answers to searches would prove nothing about the restored index. */
const isCached = ({ pk }: Item): boolean => pk?.S?.endsWith('#CACHE') ?? false;
const BATCH = 25;
const TRIES = 10;

const clients = (emulatorUrl: string) => ({
  database: new DynamoDBClient(awsClient(emulatorUrl)),
  s3: new S3Client({ ...awsClient(emulatorUrl), forcePathStyle: true }),
});

/** Binary values as base64, since JSON has none. */
const encode = (item: Item): string =>
  JSON.stringify(item, (_, value: unknown) =>
    value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value,
  );
const decode = (line: string): Item =>
  JSON.parse(line, (_, value) =>
    typeof value?.base64 === 'string' ? Buffer.from(value.base64, 'base64') : value,
  );

/** Writes all tables and the images bucket to a folder. */
export async function exportAll(emulatorUrl: string, bucket: string, folder: string): Promise<BackupCounts> {
  const { database, s3 } = clients(emulatorUrl);
  const counts: BackupCounts = { tables: {}, objects: {} };
  await mkdir(join(folder, 'tables'), { recursive: true });
  await mkdir(join(folder, 'objects'), { recursive: true });
  const { TableNames = [] } = await database.send(new ListTablesCommand({}));
  for (const TableName of TableNames.filter((name) => !LEFT_OUT.test(name))) {
    const lines: string[] = [];
    for await (const { Items = [] } of paginateScan({ client: database }, { TableName }))
      lines.push(...Items.filter((item) => !isCached(item)).map(encode));
    await writeFile(join(folder, 'tables', TableName), lines.join('\n'));
    counts.tables[TableName] = lines.length;
  }
  const manifest: { key: string; type: string | undefined }[] = [];
  for (const name of FOLDERS) {
    const keys = await keysUnder(s3, bucket, `${name}/`);
    counts.objects[name] = keys.length;
    for (const Key of keys) {
      const { Body, ContentType } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      await writeFile(
        join(folder, 'objects', String(manifest.length)),
        (await Body?.transformToByteArray()) ?? new Uint8Array(),
      );
      manifest.push({ key: Key, type: ContentType });
    }
  }
  await writeFile(join(folder, 'objects.json'), JSON.stringify(manifest));
  return counts;
}

/** Writes a backup into empty tables and an empty bucket: first the objects, then the records that name them. */
export async function restoreAll(
  emulatorUrl: string,
  bucket: string,
  folder: string,
  { tables }: BackupCounts,
): Promise<void> {
  const { database, s3 } = clients(emulatorUrl);
  const manifest: { key: string; type?: string }[] = JSON.parse(
    await readFile(join(folder, 'objects.json'), 'utf8'),
  );
  for (const [at, { key, type }] of manifest.entries())
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: await readFile(join(folder, 'objects', String(at))),
        ContentType: type,
      }),
    );
  for (const table of Object.keys(tables)) {
    const text = await readFile(join(folder, 'tables', table), 'utf8');
    const items = text === '' ? [] : text.split('\n').map(decode);
    for (let start = 0; start < items.length; start += BATCH)
      await write(database, table, items.slice(start, start + BATCH));
  }
}

async function write(database: DynamoDBClient, table: string, items: readonly Item[]): Promise<void> {
  let left: Record<string, { PutRequest: { Item: Item } }[]> | undefined = {
    [table]: items.map((Item) => ({ PutRequest: { Item } })),
  };
  for (let tries = 0; tries < TRIES; tries++) {
    const { UnprocessedItems } = await database.send(new BatchWriteItemCommand({ RequestItems: left }));
    left = UnprocessedItems as typeof left; // of what was sent
    if (!left || Object.keys(left).length === 0) return;
  }
  throw new PlainError(`${table} did not accept all items.`);
}
