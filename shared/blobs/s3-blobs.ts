import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { z } from 'zod';
import { orUnavailable } from '#shared/aws/unavailable.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { Blobs, Folder } from './blobs.ts';
import { checkKey } from './tenant-keys.ts';

export const S3BlobsEnv = z.object({ IMAGES_BUCKET: z.string().min(1) });

/** The most keys in one DeleteObjects. */
const DELETE_BATCH = 1000;
/** The most keys, and folders, in one reply of ListObjectsV2. */
const PAGE = 1000;
/** Prefixes that are listed at the same time: an archive has a hundred or two. */
const LISTED_TOGETHER = 10;

const isMissing = (error: unknown): boolean => error instanceof NoSuchKey || error instanceof NotFound;

/** Pictures' bytes in S3. */
export function s3Blobs({ bucket, client = new S3Client() }: { bucket: string; client?: S3Client }): Blobs {
  const ask = <Output>(call: Promise<Output>): Promise<Output> => orUnavailable('The object store', call);
  const at = (tenant: TenantId, key: string) => {
    checkKey(tenant, key);
    return { Bucket: bucket, Key: key };
  };

  async function size(tenant: TenantId, key: string): Promise<number | undefined> {
    const object = at(tenant, key);
    try {
      return (await ask(client.send(new HeadObjectCommand(object)))).ContentLength;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async function removeAll(keys: readonly string[]): Promise<void> {
    for (let start = 0; start < keys.length; start += DELETE_BATCH) {
      const Objects = keys.slice(start, start + DELETE_BATCH).map((Key) => ({ Key }));
      const { Errors = [] } = await ask(
        client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } })),
      );
      if (Errors.length > 0) {
        const detail = `The object store kept ${Errors.length} objects that it was to delete. Try again.`;
        throw new Problem('dependency_unavailable', detail, { retryAfter: 2 });
      }
    }
  }

  /** The first keys of the tenant in a folder; none where there are none. */
  async function firstKeys(tenant: TenantId, folder: Folder): Promise<string[]> {
    const prefixes = folder === 'events' ? await archivePrefixes(tenant) : [`${folder}/${tenant}/`];
    for (let start = 0; start < prefixes.length; start += LISTED_TOGETHER) {
      const found = await Promise.all(prefixes.slice(start, start + LISTED_TOGETHER).map(listed));
      if (found.some((keys) => keys.length > 0)) return found.flat();
    }
    return [];
  }

  /** Events lie under their type and day, so that types can be kept for different times. */
  async function archivePrefixes(tenant: TenantId): Promise<string[]> {
    const types = await foldersIn('events/');
    const days = await Promise.all(types.map(foldersIn));
    return days.flat().map((day) => `${day}${tenant}/`);
  }

  async function listed(prefix: string): Promise<string[]> {
    const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: PAGE });
    const { Contents = [] } = await ask(client.send(command));
    return Contents.flatMap(({ Key }) => Key ?? []);
  }

  /** With a slash at the end, as prefixes. All of them: a type has at most 90 days, and there are few types. */
  async function foldersIn(prefix: string): Promise<string[]> {
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      Delimiter: '/',
      MaxKeys: PAGE,
    });
    const { CommonPrefixes = [] } = await ask(client.send(command));
    return CommonPrefixes.flatMap(({ Prefix }) => Prefix ?? []);
  }

  return {
    bucket,
    size,
    async put(tenant, key, bytes, contentType) {
      await ask(
        client.send(new PutObjectCommand({ ...at(tenant, key), Body: bytes, ContentType: contentType })),
      );
    },
    async get(tenant, key) {
      const object = at(tenant, key);
      try {
        const { Body } = await ask(client.send(new GetObjectCommand(object)));
        return Body && (await ask(Body.transformToByteArray()));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async remove(tenant, keys) {
      // S3 does not say which of the objects were there
      const sizes = await Promise.all(keys.map((key) => size(tenant, key)));
      const present = keys.filter((_, i) => sizes[i] !== undefined);
      await removeAll(present);
      return present.length;
    },
    async removeSome(tenant, folder) {
      const keys = await firstKeys(tenant, folder);
      await removeAll(keys);
      return keys.length;
    },
    async count(tenant, folder) {
      return (await firstKeys(tenant, folder)).length;
    },
    async presignUpload(tenant, key, { contentType, size: bytes, expiresIn }) {
      return createPresignedPost(client, {
        ...at(tenant, key),
        Fields: { 'Content-Type': contentType }, // fields are conditions too: they must come exactly so
        Conditions: [['content-length-range', bytes, bytes]],
        Expires: expiresIn,
      });
    },
    async presignDownload(tenant, key, expiresIn) {
      return getSignedUrl(client, new GetObjectCommand(at(tenant, key)), { expiresIn });
    },
  };
}
