import { DeleteObjectsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DeepLens, type Image } from '@deeplens/sdk';
import { awsClient } from './emulator.ts';

interface Restored {
  apiUrl: string;
  adminToken: string;
  emulatorUrl: string;
  /** The images bucket. */
  bucket: string;
}

/** What was done to make records, objects and the index agree. */
export interface Reconciled {
  /** Images that were deleted after the snapshot: their records were in it, their objects are gone. */
  deleted: number;
  /** Objects of images that came after the snapshot, and are unknown now. */
  objects: number;
  /** Documents of the index that were added, replaced or removed. */
  documents: number;
}

const CHECK_LIMIT_MS = 600_000;
const DELETE_BATCH = 1_000;
const FOLDERS = ['uploads', 'derived'] as const;

/**
 * Makes the objects and the index agree with records that were restored from a snapshot. Objects and index are written at
 * once, the records are of the snapshot's time.
 */
export async function reconcile({ apiUrl, adminToken, emulatorUrl, bucket }: Restored): Promise<Reconciled> {
  const { admin } = new DeepLens({ baseUrl: apiUrl, token: adminToken });
  const s3 = new S3Client({ ...awsClient(emulatorUrl), forcePathStyle: true });
  const result: Reconciled = { deleted: 0, objects: 0, documents: 0 };
  for await (const { tenant_id, state } of admin.tenants.list()) {
    if (state !== 'active') continue;
    const { key_id, api_key = '' } = await admin.tenants.createKey(tenant_id, {
      name: 'reconciliation',
      scopes: ['deeplens.search', 'deeplens.upload'],
    });
    try {
      const tenant = new DeepLens({ baseUrl: apiUrl, apiKey: api_key });
      // First the objects: a record is written before its image's object.
      const objects = (
        await Promise.all(FOLDERS.map((folder) => keysUnder(s3, bucket, `${folder}/${tenant_id}/`)))
      ).flat();
      const images: Image[] = [];
      for await (const image of tenant.images.list()) images.push(image);
      const known = new Set(images.map(({ image_id }) => image_id));
      const orphans = objects.filter((key) => !known.has(imageIn(key)));
      await removeObjects(s3, bucket, orphans);
      result.objects += orphans.length;
      const derived = new Set(objects.filter((key) => key.startsWith('derived/')).map(imageIn));
      for (const { image_id, status } of images)
        if (READ.includes(status) && !derived.has(image_id)) {
          await tenant.images.delete(image_id);
          result.deleted += 1;
        }
    } finally {
      await admin.tenants.revokeKey(tenant_id, key_id);
    }
  }
  for (const { name } of (await admin.models.list()).models) result.documents += await repair(admin, name);
  return result;
}

/** Statuses of images that have derivatives. */
const READ: readonly string[] = ['validated', 'processed', 'indexed'];
const imageIn = (key: string): string => key.split('/')[2] ?? '';

/** Lists the keys of a prefix. */
export async function keysUnder(s3: S3Client, bucket: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
    );
    keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return keys;
}

async function removeObjects(s3: S3Client, bucket: string, keys: readonly string[]): Promise<void> {
  for (let start = 0; start < keys.length; start += DELETE_BATCH)
    await s3.send(
      new DeleteObjectsCommand({
        Bucket: bucket,
        Delete: { Objects: keys.slice(start, start + DELETE_BATCH).map((Key) => ({ Key })) },
      }),
    );
}

/** Runs a check of a model's index that repairs it. @returns the documents that differed */
async function repair(admin: DeepLens['admin'], name: string): Promise<number> {
  const { job_id } = await admin.models.check(name, { mend: true });
  const { progress } = await admin.jobs.wait(job_id, { timeoutMs: CHECK_LIMIT_MS });
  return ['missing', 'extra', 'stale'].reduce((sum, kind) => sum + (progress[kind] ?? 0), 0);
}
