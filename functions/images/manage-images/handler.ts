import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import * as api from '#shared/contracts/http/images.ts';
import { dynamoGroupStore } from '#shared/duplicates/dynamodb-group-store.ts';
import { tenantGuards } from '#shared/guards/guards.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { findImage, signThumbnail } from '#shared/images/find-image.ts';
import { findImages, imageReply, imagesReply } from '#shared/images/image-reply.ts';
import { imageId } from '#shared/kernel/ids.ts';
import { deleteImage } from '#shared/purges/purge-image.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { tenantRoute } from '#shared/runtime/routes.ts';
import { dynamoSimilarityCache } from '#shared/search/dynamodb-similarity-cache.ts';
import { openVectorIndex } from '#shared/vector-index/open.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const ports = {
  imageStore: dynamoImageStore({ table: env.IMAGES_TABLE }),
  blobs: s3Blobs({ bucket: env.IMAGES_BUCKET }),
  groups: dynamoGroupStore({ table: env.GROUPS_TABLE }),
  cache: dynamoSimilarityCache({ table: env.ACTIVITY_TABLE }),
  index: await openVectorIndex(env),
};

export const handler = httpFunction(
  [
    tenantRoute(api.listImages, async ({ tenant, query, baseUrl }) =>
      imagesReply(await findImages(ports)(tenant, query), baseUrl),
    ),
    tenantRoute(api.getImage, async ({ tenant, params, baseUrl }) =>
      imageReply(await findImage(ports)(tenant, imageId(params.image_id)), baseUrl),
    ),
    tenantRoute(api.deleteImage, async ({ tenant, params }) => ({
      receipt: await deleteImage(ports)(tenant, imageId(params.image_id)),
    })),
    tenantRoute(api.getThumbnail, async ({ tenant, params, query }) => ({
      location: await signThumbnail(ports)(tenant, imageId(params.image_id), query.size),
    })),
  ],
  tenantGuards(env),
);
