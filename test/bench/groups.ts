// `npm run bench:groups`: measures how fast duplicate groups of 100 000 images are listed, from an emulator's DynamoDB.
import { parseArgs } from 'node:util';
import { BatchWriteCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { groupCounterKey } from '#shared/aws/dynamodb-keys.ts';
import { dynamoGroupStore } from '#shared/duplicates/dynamodb-group-store.ts';
import type { DuplicateGroup } from '#shared/duplicates/group.ts';
import { countsOf, GROUP_COUNTS } from '#shared/duplicates/group-counts.ts';
import { type DuplicatesQuery, listDuplicates } from '#shared/duplicates/list-duplicates.ts';
import { type ImageId, tenantId } from '#shared/kernel/ids.ts';
import { COPY_VERDICTS } from '#shared/kernel/vocabulary.ts';
import { newTable } from '../contract/emulator.ts';
import { facts, groupWith, newGroup, newImage } from '../contract/samples.ts';
import { quantile } from '../eval/measure.ts';
import { announcedImage } from '../fixtures/image-record.ts';
import startEmulator from '../global-setup/emulator.ts';
import { memoryImageStore } from '../memory/image-store.ts';

const { values: options } = parseArgs({ options: { groups: { type: 'string', default: '20000' } } });
const MEMBERS = 5;
/** One group in this many is exact, for the measurement with a filter. */
const EXACT = 1_000;
const BATCH = 25;

const tenant = tenantId('bench');
const stop = await startEmulator();
try {
  const { table, client } = await newTable('groups');
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const all = Array.from({ length: Number(options.groups) }, () =>
    groupWith(tenant, newGroup(), Array.from({ length: MEMBERS }, newImage), 1),
  ).map(
    (group, at): DuplicateGroup =>
      at % EXACT > 0
        ? group
        : {
            ...group,
            verdict: 'exact',
            members: group.members.map((member) => ({ ...member, verdict: 'exact' })),
          },
  );
  const counts = all.map(countsOf);
  const sums = GROUP_COUNTS.map((name) => [name, counts.reduce((sum, one) => sum + one[name], 0)]);
  await documents.send(
    new PutCommand({
      TableName: table,
      Item: { ...groupCounterKey(tenant, newGroup()), ...Object.fromEntries(sums) },
    }),
  );
  for (let start = 0; start < all.length; start += BATCH) {
    const items = all.slice(start, start + BATCH).map((group) => ({
      PutRequest: { Item: { pk: `TENANT#${tenant}`, sk: `GROUP#${group.group_id}`, ...group } },
    }));
    await documents.send(new BatchWriteCommand({ RequestItems: { [table]: items } }));
  }
  const getMany = async (_: unknown, images: readonly ImageId[]) =>
    images.map((image_id) => announcedImage({ image_id, status: 'indexed', ...facts('a'.repeat(64)) }));
  const list = listDuplicates({
    groups: dynamoGroupStore({ table, client }),
    imageStore: { ...memoryImageStore(), getMany },
  });

  console.log('list                      groups  pages  first ms  other pages: median ms  p95 ms');
  const lists = [
    ['all, 50 a page', COPY_VERDICTS, 50, all.length],
    ['one in 1 000, 5 a page', ['exact'], 5, Math.ceil(all.length / EXACT)],
  ] as const;
  for (const [name, verdicts, limit, expected] of lists) {
    const times: number[] = [];
    const seen = new Set<string>();
    let cursor: string | undefined;
    do {
      const query: DuplicatesQuery = {
        ...{ scope: 'all', minConfidence: 0.9, verdicts, limit, cursor },
        ...{ thumbnailUrl: (image) => image, keeperRule: 'pixels' },
      };
      const startedAt = performance.now();
      const page = await list(tenant, query);
      times.push(performance.now() - startedAt);
      for (const { group_id } of page.groups) seen.add(group_id);
      if (page.total_groups !== expected) throw new Error(`${page.total_groups} of ${expected} were counted`);
      cursor = page.next_cursor;
    } while (cursor);
    if (seen.size !== expected) throw new Error(`${seen.size} of ${expected} were listed`);
    const [first = 0, ...others] = times;
    console.log(
      [
        name.padEnd(24),
        String(seen.size).padStart(6),
        String(times.length).padStart(5),
        first.toFixed(0).padStart(8),
        quantile(others, 0.5).toFixed(0).padStart(22),
        quantile(others, 0.95).toFixed(0).padStart(6),
      ].join('  '),
    );
  }
} finally {
  await stop();
}
