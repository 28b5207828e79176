import { PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { orUnavailable } from '#shared/aws/unavailable.ts';
import { type AuditArchive, jsonLines } from './audit-archive.ts';

export const AuditArchiveEnv = z.object({ AUDIT_BUCKET: z.string().min(1) });

/** Returns true for S3's reply to a conditional write of an existing key. */
const alreadyExists = (error: unknown): boolean =>
  error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412;

/** The archive in S3. In `prod` an object lock prevents deletion. */
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
        if (!alreadyExists(error)) throw error;
      }
    },
  };
}
