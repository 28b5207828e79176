import * as z from 'zod';
import { S3BlobsEnv } from '#shared/blobs/s3-blobs.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';
import { SnsEnv } from '#shared/messaging/sns-publisher.ts';

export const Env = ImagesTableEnv.extend(S3BlobsEnv.shape).extend(SnsEnv.shape).extend({
  /** Seconds after which a run leaves the rest to the next one. */
  SETTLE_IMAGES_BUDGET_SECONDS: z.coerce.number().positive(),
});
