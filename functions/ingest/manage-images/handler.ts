import { imageReply } from '#shared/api/image-reply.ts';
import * as api from '#shared/api/images.ts';
import { s3Blobs } from '#shared/blobs/s3.ts';
import { dynamoGroups } from '#shared/catalog/dynamodb-groups.ts';
import { dynamoImages } from '#shared/catalog/dynamodb-images.ts';
import { imageId } from '#shared/domain/ids.ts';
import { Problem } from '#shared/domain/problems.ts';
import { findImage, purgedProblem, signThumbnail } from '#shared/flows/ingest/find-image.ts';
import { purgeImage } from '#shared/flows/ingest/purge.ts';
import { addImage } from '#shared/flows/ingest/request-upload.ts';
import { frontDoor } from '#shared/front-door/front-door.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction, tenantRoute } from '#shared/runtime/http.ts';
import { dynamoIdempotency } from '#shared/runtime/idempotency.ts';
import { inlinePicture } from '#shared/runtime/input.ts';
import { openVectorIndex } from '#shared/vector-index/open.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const catalog = dynamoImages({ table: env.IMAGES_TABLE });
const blobs = s3Blobs({ bucket: env.PICTURES_BUCKET });
const ports = {
  catalog,
  blobs,
  groups: dynamoGroups({ table: env.GROUPS_TABLE }),
  index: await openVectorIndex(env),
  models: env.DEEPLENS_MODELS,
};
const add = addImage(ports);
const find = findImage(ports);
const purge = purgeImage(ports);

export const handler = httpFunction(
  [
    tenantRoute(
      api.addImage,
      async ({ tenant, body, file, correlationId }) => {
        const bytes = inlinePicture({ body, ...(file && { file }) });
        if (!bytes)
          throw new Problem(
            'invalid_request',
            'Give a picture: a multipart part named file, or image as base64.',
          );
        const picture = {
          filename: body.filename ?? file?.filename ?? '',
          contentType: body.content_type ?? file?.contentType ?? 'application/octet-stream',
          size: bytes.length,
          externalId: body.external_id,
          metadata: body.metadata,
        };
        return add(tenant, picture, bytes, correlationId);
      },
      dynamoIdempotency(env.ACTIVITY_TABLE),
    ),
    tenantRoute(api.listImages, async ({ tenant, query, baseUrl }) => {
      const { status, external_id, cursor, limit } = query;
      const { items, nextCursor } = await catalog.list(tenant, {
        limit,
        ...(status && { status }),
        ...(external_id && { externalId: external_id }),
        ...(cursor && { cursor }),
      });
      return {
        images: items.map((record) => imageReply(record, baseUrl)),
        ...(nextCursor && { next_cursor: nextCursor }),
      };
    }),
    tenantRoute(api.getImage, async ({ tenant, params, baseUrl }) =>
      imageReply(await find(tenant, imageId(params.image_id)), baseUrl),
    ),
    tenantRoute(api.deleteImage, async ({ tenant, params }) => {
      const image = imageId(params.image_id);
      const before = await catalog.get(tenant, image);
      const receipt = await purge(tenant, image); // a purge that was interrupted is finished here
      if (before?.status === 'purged') throw purgedProblem(before);
      return { receipt };
    }),
    tenantRoute(api.getThumbnail, async ({ tenant, params, query }) => ({
      location: await signThumbnail(ports)(tenant, imageId(params.image_id), Number(query.size)),
    })),
  ],
  frontDoor(env),
);
