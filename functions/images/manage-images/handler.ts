import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import * as api from '#shared/contracts/http/images.ts';
import { dynamoGroupStore } from '#shared/duplicates/dynamodb-group-store.ts';
import { idempotentGuards } from '#shared/guards/guards.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { existingImages } from '#shared/images/external-ids.ts';
import { findImage, signThumbnail } from '#shared/images/find-image.ts';
import { findImages, imageReply, imagesReply } from '#shared/images/image-reply.ts';
import { inlineImage } from '#shared/images/incoming-image.ts';
import { quotaOf } from '#shared/images/quota.ts';
import { addImage } from '#shared/images/request-upload.ts';
import { imageId } from '#shared/kernel/ids.ts';
import { deleteImage } from '#shared/purges/purge-image.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { requiredImage } from '#shared/runtime/input.ts';
import { tenantRoute } from '#shared/runtime/routes.ts';
import { WithStatus } from '#shared/runtime/with-status.ts';
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
    tenantRoute(api.addImage, async ({ tenant, caller, query, body, file, correlationId, baseUrl }) => {
      const bytes = requiredImage({ body, ...(file && { file }) });
      const image = inlineImage(body, bytes.length, file);
      const adding = addImage(ports)(tenant, image, bytes, quotaOf(caller), correlationId);
      if (query.on_conflict !== 'return') return adding;
      return adding.catch(async (error: unknown) => {
        const [existing] = (await existingImages(ports)(tenant, [error])).values();
        if (!existing) throw error;
        return new WithStatus(200, imageReply(existing, baseUrl));
      });
    }),
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
  idempotentGuards(env),
);
