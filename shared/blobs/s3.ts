import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { z } from 'zod';
import { orUnavailable } from '#shared/aws/unavailable.ts';
import type { TenantId } from '#shared/domain/ids.ts';
import { Problem } from '#shared/domain/problems.ts';
import type { Blobs } from './blobs.ts';
import { checkKey } from './tenant-keys.ts';

export const S3BlobsEnv = z.object({ PICTURES_BUCKET: z.string().min(1) });

/** The most keys in one DeleteObjects. */
const DELETE_BATCH = 1000;

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
      for (let start = 0; start < present.length; start += DELETE_BATCH) {
        const Objects = present.slice(start, start + DELETE_BATCH).map((Key) => ({ Key }));
        const { Errors = [] } = await ask(
          client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } })),
        );
        if (Errors.length > 0) {
          const detail = `The object store kept ${Errors.length} objects that it was to delete. Try again.`;
          throw new Problem('dependency_unavailable', detail, { retryAfter: 2 });
        }
      }
      return present.length;
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
