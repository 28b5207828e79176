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
import * as z from 'zod';
import { orUnavailable } from '#shared/aws/unavailable.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { Blobs, Folder } from './blobs.ts';
import { objectKeys } from './object-keys.ts';
import { checkKey } from './tenant-keys.ts';

export const S3BlobsEnv = z.object({ IMAGES_BUCKET: z.string().min(1) });

/** The most keys in one DeleteObjects call. */
const DELETE_BATCH = 1000;
/** The most keys or prefixes in one ListObjectsV2 reply. */
const PAGE = 1000;
/** Prefixes listed concurrently; an archive has one or two hundred. */
const LIST_CONCURRENCY = 10;

const isMissing = (error: unknown): boolean => error instanceof NoSuchKey || error instanceof NotFound;

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;

/** Stores images in S3. */
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
        const detail = `The object store failed to delete ${Errors.length} objects. Try again.`;
        throw new Problem('dependency_unavailable', detail, { retryAfter: 2 });
      }
    }
  }

  /** Returns up to one page of keys for each of a few prefixes of the folder; none if the folder is empty. */
  async function firstKeys(tenant: TenantId, folder: Folder): Promise<string[]> {
    const prefixes = folder === 'events' ? await archivePrefixes(tenant) : [`${folder}/${tenant}/`];
    for (let start = 0; start < prefixes.length; start += LIST_CONCURRENCY) {
      const pages = await Promise.all(prefixes.slice(start, start + LIST_CONCURRENCY).map(keysUnder));
      if (pages.some((keys) => keys.length > 0)) return pages.flat();
    }
    return [];
  }

  /** Archived events are grouped by type and day, so that lifecycle rules can expire each type separately. */
  async function archivePrefixes(tenant: TenantId): Promise<string[]> {
    const types = await foldersIn('events/');
    const days = await Promise.all(types.map(foldersIn));
    return days.flat().map((day) => `${day}${tenant}/`);
  }

  async function keysUnder(prefix: string): Promise<string[]> {
    const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: PAGE });
    const { Contents = [] } = await ask(client.send(command));
    return Contents.flatMap(({ Key }) => Key ?? []);
  }

  /** Returns prefixes with a trailing slash. One page suffices: there are few types, with at most 90 days each. */
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
    async create(tenant, key, bytes, contentType) {
      const object = { ...at(tenant, key), Body: bytes, ContentType: contentType, IfNoneMatch: '*' };
      try {
        await ask(client.send(new PutObjectCommand(object)));
        return true;
      } catch (error) {
        if (isNamed(error, 'PreconditionFailed')) return false;
        if (!isNamed(error, 'ConditionalRequestConflict')) throw error;
        const detail = 'The object is being written or deleted by another call. Try again.';
        throw new Problem('dependency_unavailable', detail, { retryAfter: 2 });
      }
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
      // DeleteObjects does not report which objects existed.
      const sizes = await Promise.all(keys.map((key) => size(tenant, key)));
      const present = keys.filter((_, i) => sizes[i] !== undefined);
      await removeAll(present);
      return present.length;
    },
    async discard(tenant, keys) {
      await removeAll(keys.map((key) => at(tenant, key).Key));
    },
    async removeImage(tenant, image) {
      const files = [objectKeys.incoming(tenant, image), objectKeys.upload(tenant, image)];
      await removeAll([...files, ...(await keysUnder(objectKeys.derived(tenant, image)))]);
    },
    async removeSome(tenant, folder) {
      const keys = await firstKeys(tenant, folder);
      await removeAll(keys);
      return keys.length;
    },
    async count(tenant, folder) {
      return (await firstKeys(tenant, folder)).length;
    },
    async presignUpload(tenant, key, { contentType, size: bytes, sha256, expiresIn }) {
      return createPresignedPost(client, {
        ...at(tenant, key),
        // Fields are conditions as well: they must match exactly.
        Fields: {
          'Content-Type': contentType,
          ...(sha256 !== undefined && {
            'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64'),
          }),
        },
        Conditions: [['content-length-range', bytes, bytes]],
        Expires: expiresIn,
      });
    },
    async presignDownload(tenant, key, expiresIn) {
      return getSignedUrl(client, new GetObjectCommand(at(tenant, key)), { expiresIn });
    },
  };
}
