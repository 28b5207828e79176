import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { DeepLens } from '@deeplens/sdk';
import { SingleBar } from 'cli-progress';
import { awsClient } from './emulator.ts';
import type { Sample } from './samples.ts';
import { PlainError } from './steps.ts';

const BUCKET = 'demo-pictures';
const REGION = 'us-east-1';
const SCANNED_LIMIT_MS = 120_000;

/**
 * Makes a bucket in the emulator with pictures, as if it were the tenant's own, registers it as a storage location, and scans
 * it. @returns unexpected results
 */
export async function scanBucket(
  api: DeepLens,
  emulator: string,
  pictures: readonly Sample[],
): Promise<string[]> {
  await fill(emulator, pictures);
  const storage_id = await locationOf(api);
  const { job_id } = await api.scans.start({ storage_id });
  const bar = new SingleBar({ format: '  {bar} {value}/{total} objects, {rate}/s', hideCursor: true });
  const inTerminal = process.stdout.isTTY;
  if (inTerminal) bar.start(pictures.length, 0, { rate: '-' });
  try {
    const scan = await api.jobs.wait(job_id, {
      timeoutMs: SCANNED_LIMIT_MS,
      onProgress: ({ progress: { total, percent = 0, rate_per_s = '-' } }) => {
        if (total) bar.setTotal(total);
        bar.update(Math.round(((total ?? pictures.length) * percent) / 100), { rate: rate_per_s });
      },
    });
    const { listed = 0, indexed = 0, same = 0, failed = 0 } = scan.progress;
    if (inTerminal) bar.stop();
    console.log(
      `  ${listed} objects listed: ${indexed} pictures brought in, ${same} known, ${failed} failed`,
    );
    const { items } = await api.images.list({ storage_id, limit: 100 });
    const found = items.filter(({ status }) => status === 'indexed').length;
    return scan.status === 'completed' && found === pictures.length
      ? []
      : [`the scan should have brought ${pictures.length} pictures in: it is ${scan.status}, with ${found}`];
  } finally {
    bar.stop();
  }
}

async function fill(emulator: string, pictures: readonly Sample[]): Promise<void> {
  const s3 = new S3Client({ ...awsClient(emulator), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET })).catch((error: unknown) => {
    if (!(error instanceof Error && error.name.startsWith('BucketAlready'))) throw error;
  });
  for (const { name, bytes } of pictures)
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `2026/${name}`, Body: bytes }));
}

/** Returns the location of the bucket, added by the public API the first time. */
async function locationOf(api: DeepLens): Promise<string> {
  const known = (await api.storages.list()).find(({ name }) => name === BUCKET);
  if (known) return known.storage_id;
  const added = await api.storages.add({
    ...{ name: BUCKET, type: 's3', config: { bucket: BUCKET, region: REGION } },
    credentials: { access_key_id: 'test', secret_access_key: 'test' },
  });
  if (!added.accessible) throw new PlainError('The bucket of the demonstration cannot be read.');
  return added.storage_id;
}
