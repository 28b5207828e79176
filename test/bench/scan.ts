// `npm run bench:scan`: measures how fast a connector lists and reads a bucket of an emulator's S3, beside the bare SDK.
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import type { StorageObject } from '#shared/connectors/connector.ts';
import { openS3 } from '#shared/connectors/s3-open.ts';
import { newStorageId, tenantId } from '#shared/kernel/ids.ts';
import { s3Storage } from '../contract/connectors/s3-storage.ts';
import { emulator } from '../contract/emulator.ts';
import startEmulator from '../global-setup/emulator.ts';

const { values: options } = parseArgs({
  options: { objects: { type: 'string', default: '5000' }, bytes: { type: 'string', default: '20000' } },
});
const COUNT = Number(options.objects);
const BYTES = Buffer.alloc(Number(options.bytes), 'deeplens');
const CONCURRENCY = 16;
const MB = 1e6;

/** Runs one way, and prints its objects per second. */
async function measured(what: string, run: () => Promise<number>): Promise<void> {
  const [started, before] = [performance.now(), process.memoryUsage().rss];
  const count = await run();
  const seconds = (performance.now() - started) / 1_000;
  const grown = (process.memoryUsage().rss - before) / MB;
  console.log(
    `${what}: ${count} objects in ${seconds.toFixed(1)} s, ${Math.round(count / seconds)}/s, resident memory +${grown.toFixed(0)} MB`,
  );
}

async function atOnce<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<number> {
  const limit = pLimit(CONCURRENCY);
  await Promise.all(items.map((item) => limit(() => work(item))));
  return items.length;
}

const stop = await startEmulator();
try {
  const { endpoint, region } = emulator();
  const storage = await s3Storage(emulator(), (bucket, prefix, keys) => {
    const location = { type: 's3' as const, config: { bucket, region }, storage_id: newStorageId(), prefix };
    return openS3(
      { tenant: tenantId('bench'), location, credentials: async () => keys, session: 'bench' },
      undefined,
      { endpoint },
    );
  });
  const { bucket } = storage;
  const client = new S3Client({ ...emulator(), forcePathStyle: true });
  const connector = await storage.connect('');
  const keys = Array.from({ length: COUNT }, (_, i) => `in/${i % 100}/${String(i).padStart(7, '0')}.jpg`);
  await atOnce(keys, (key) => storage.put(key, BYTES));

  const objects: StorageObject[] = [];
  for (const round of [1, 2]) {
    await measured(`SDK, list, ${round}`, async () => {
      let count = 0;
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket }))
        count += Contents.length;
      return count;
    });
    await measured(`connector, list, ${round}`, async () => {
      objects.length = 0;
      for await (const page of connector.list({})) objects.push(...page);
      return objects.length;
    });
    await measured(`SDK, read, ${round}`, () =>
      atOnce(objects, async ({ key }) => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        await Body?.transformToByteArray();
      }),
    );
    await measured(`connector, read, ${round}`, () =>
      atOnce(objects, async (object) => buffer(await connector.open(object, { maxBytes: 10 * MB }))),
    );
  }
} finally {
  await stop();
}
