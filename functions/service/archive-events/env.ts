import { S3BlobsEnv } from '#shared/blobs/s3.ts';
import { ImagesTableEnv } from '#shared/catalog/dynamodb-images.ts';

export const Env = ImagesTableEnv.extend(S3BlobsEnv.shape);
