import { PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { orUnavailable } from '#shared/aws/unavailable.ts';
import { type AuditArchive, jsonLines } from './audit-archive.ts';

export const AuditArchiveEnv = z.object({ AUDIT_BUCKET: z.string().min(1) });

/** S3 refuses a conditional write with it where the key is taken. */
const isTaken = (error: unknown): boolean =>
  error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412;

/** The archive in S3; in `prod` the bucket itself lets nobody remove what is in it. */
export function s3AuditArchive({
  bucket,
  client = new S3Client(),
}: {
  bucket: string;
  client?: S3Client;
}): AuditArchive {
  return {
    async put(key, entries) {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: jsonLines(entries),
        ContentType: 'application/x-ndjson',
        IfNoneMatch: '*',
      });
      try {
        await orUnavailable('The object store', client.send(command));
      } catch (error) {
        if (!isTaken(error)) throw error;
      }
    },
  };
}
