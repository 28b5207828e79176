import * as z from 'zod';
import { S3BlobsEnv } from '#shared/blobs/s3-blobs.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';
import { SnsEnv } from '#shared/messaging/sns-publisher.ts';

const Stage = z.enum(['validation', 'embedding', 'indexing', 'duplicates']);

export const Env = ImagesTableEnv.extend(S3BlobsEnv.shape)
  .extend(SnsEnv.shape)
  .extend({
    /** JSON: the name of each dead-letter queue and the stage that it belongs to. */
    DEAD_LETTER_STAGES: z.string().transform((json) => z.record(z.string(), Stage).parse(JSON.parse(json))),
  });
