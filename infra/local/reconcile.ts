import { DeleteObjectsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { deleteImage, listImages } from '#shared/contracts/http/images.ts';
import { getJob } from '#shared/contracts/http/jobs.ts';
import { tenantKeys } from '#shared/contracts/http/keys.ts';
import { checkIndex, listModels } from '#shared/contracts/http/models.ts';
import { listTenants } from '#shared/contracts/http/tenants.ts';
import { type Api, apiAt } from './api.ts';
import { awsClient } from './emulator.ts';
import { until } from './steps.ts';

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
const PAGE = 100;
const DELETE_BATCH = 1_000;
const FOLDERS = ['uploads', 'derived'] as const;

/**
 * Makes the objects and the index agree with records that were restored from a snapshot. Objects and index are written at
 * once, the records are of the snapshot's time.
 */
export async function reconcile({ apiUrl, adminToken, emulatorUrl, bucket }: Restored): Promise<Reconciled> {
  const operator = apiAt(apiUrl, { authorization: `Bearer ${adminToken}` });
  const s3 = new S3Client({ ...awsClient(emulatorUrl), forcePathStyle: true });
  const result: Reconciled = { deleted: 0, objects: 0, documents: 0 };
  for (const tenant of await tenantsOf(operator)) {
    const params = { tenant_id: tenant };
    const body = { name: 'reconciliation', scopes: ['deeplens.search', 'deeplens.upload'] as const };
    const { key_id, api_key = '' } = await operator(tenantKeys.create, {
      params,
      body: { ...body, scopes: [...body.scopes] },
    });
    try {
      const ofTenant = apiAt(apiUrl, { 'x-api-key': api_key });
      // First the objects: a record is written before its image's object.
      const objects = (
        await Promise.all(FOLDERS.map((folder) => keysUnder(s3, bucket, `${folder}/${tenant}/`)))
      ).flat();
      const images = await imagesOf(ofTenant);
      const known = new Set(images.map(({ image_id }) => image_id));
      const orphans = objects.filter((key) => !known.has(imageIn(key)));
      await removeObjects(s3, bucket, orphans);
      result.objects += orphans.length;
      const derived = new Set(objects.filter((key) => key.startsWith('derived/')).map(imageIn));
      for (const { image_id, status } of images)
        if (READ.includes(status) && !derived.has(image_id)) {
          await ofTenant(deleteImage, { params: { image_id } });
          result.deleted += 1;
        }
    } finally {
      await operator(tenantKeys.revoke, { params: { ...params, key_id } });
    }
  }
  for (const { name } of (await operator(listModels)).models)
    result.documents += await repair(operator, name);
  return result;
}

/** Statuses of images that have derivatives. */
const READ: readonly string[] = ['validated', 'processed', 'indexed'];
const imageIn = (key: string): string => key.split('/')[2] ?? '';

async function tenantsOf(operator: Api): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await operator(listTenants, { query: cursor === undefined ? {} : { cursor } });
    found.push(...page.tenants.filter(({ state }) => state === 'active').map(({ tenant_id }) => tenant_id));
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return found;
}

async function imagesOf(ofTenant: Api): Promise<{ image_id: string; status: string }[]> {
  const found: { image_id: string; status: string }[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: String(PAGE), ...(cursor !== undefined && { cursor }) };
    const page = await ofTenant(listImages, { query });
    found.push(...page.images);
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return found;
}

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
async function repair(operator: Api, name: string): Promise<number> {
  const { job_id } = await operator(checkIndex, { params: { name }, body: { mend: true } });
  const { progress } = await until(`The check of the index of ${name} ends`, CHECK_LIMIT_MS, async () => {
    const job = await operator(getJob, { params: { job_id } });
    return job.status === 'completed' || job.status === 'failed' ? job : undefined;
  });
  return ['missing', 'extra', 'stale'].reduce((sum, kind) => sum + (progress[kind] ?? 0), 0);
}
