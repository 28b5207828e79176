import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Context } from 'aws-lambda';
import { expect, it, vi } from 'vitest';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import type { ImageRecord } from '#shared/images/image-record.ts';
import { emulator, newTable, uniqueName } from '../emulator.ts';
import { IMAGE_INDEXES, newRecord, newTenant } from '../samples.ts';

const QUOTA = { images: 9, bytes: 1000 };
const HOUR = 3_600_000;

/** The function's handler, on a table and a bucket of its own. */
async function deployed() {
  const s3 = new S3Client(emulator());
  const bucket = uniqueName('pictures');
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const { TopicArn = '' } = await new SNSClient(emulator()).send(
    new CreateTopicCommand({ Name: uniqueName('events') }),
  );
  const table = await newTable('images', IMAGE_INDEXES);
  const { endpoint, region, credentials } = emulator();
  for (const [name, value] of Object.entries({
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    IMAGES_TABLE: table.table,
    IMAGES_BUCKET: bucket,
    EVENTS_TOPIC_ARN: TopicArn,
    SETTLE_IMAGES_BUDGET_SECONDS: '60',
  }))
    vi.stubEnv(name, value);
  const { handler } = await import('../../../functions/images/settle-images/handler.ts');
  return {
    images: dynamoImageStore(table),
    blobs: s3Blobs({ bucket, client: s3 }),
    run: () => handler({}, { functionName: 'f', awsRequestId: 'r' } as Context),
  };
}

it('the scheduled function frees unused forms, and removes what is left of images that were not admitted', async () => {
  const { images, blobs, run } = await deployed();
  const tenant = newTenant();
  const announced = async (hoursAgo: number): Promise<ImageRecord> => {
    const at = new Date(Date.now() - hoursAgo * HOUR).toISOString();
    const record = newRecord(tenant, { file_size: 10, created_at: at, updated_at: at });
    await images.announce(tenant, [record], QUOTA);
    return record;
  };
  const put = (key: string) => blobs.put(tenant, key, Uint8Array.of(1), 'image/jpeg');
  const [unused, fresh, waiting, stuck] = [
    await announced(2),
    await announced(0.5),
    await announced(2),
    await announced(30),
  ].map(({ image_id }) => image_id);
  if (!unused || !fresh || !waiting || !stuck) throw new Error('The quota has room for four.');
  await put(objectKeys.incoming(tenant, waiting));
  await put(objectKeys.incoming(tenant, stuck));
  const purged = (await announced(2)).image_id;
  await images.markPurged(tenant, purged, new Date(Date.now() - 2 * HOUR).toISOString());
  const leftOver = [objectKeys.upload(tenant, purged), objectKeys.thumbnail(tenant, purged, 300)];
  await Promise.all(leftOver.map(put));

  await run();
  expect(await images.get(tenant, unused)).toBeUndefined();
  expect(await images.get(tenant, fresh)).toMatchObject({ status: 'pending_upload' });
  expect(await images.get(tenant, waiting)).toMatchObject({ status: 'pending_upload' });
  expect(await images.get(tenant, stuck)).toMatchObject({ status: 'failed', failure: { retryable: false } });
  expect((await images.quotaUse(tenant)).reserved).toEqual({ images: 3, bytes: 30 });
  expect(await Promise.all(leftOver.map((key) => blobs.size(tenant, key)))).toEqual([undefined, undefined]);
  expect(await blobs.size(tenant, objectKeys.incoming(tenant, waiting))).toBe(1);
});
