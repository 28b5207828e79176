import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import { openConnectors } from '#shared/connectors/open-connectors.ts';
import { ImageIdField } from '#shared/contracts/http/fields.ts';
import * as api from '#shared/contracts/http/images.ts';
import { dynamoGroupStore } from '#shared/duplicates/dynamodb-group-store.ts';
import { idempotentGuards } from '#shared/guards/guards.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { findImage, signThumbnail } from '#shared/images/find-image.ts';
import type { ImageRecord } from '#shared/images/image-record.ts';
import { findImages } from '#shared/images/image-reply.ts';
import { expandedReply } from '#shared/images/sign-thumbnails.ts';
import { satisfies } from '#shared/kernel/access.ts';
import { imageId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { deleteImage } from '#shared/purges/purge-image.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { parseField } from '#shared/runtime/input.ts';
import { outcomesOf } from '#shared/runtime/problem-responses.ts';
import { tenantRoute } from '#shared/runtime/routes.ts';
import { deleteWithOriginal } from '#shared/scans/delete-original.ts';
import { dynamoCatalogue } from '#shared/scans/dynamodb-catalogue.ts';
import { dynamoSimilarityCache } from '#shared/search/dynamodb-similarity-cache.ts';
import { cachedSecrets } from '#shared/secrets/cached-secrets.ts';
import { secretsManagerStore } from '#shared/secrets/secretsmanager-secret-store.ts';
import { dynamoStorageStore } from '#shared/storages/dynamodb-storage-store.ts';
import { credentialsOf } from '#shared/storages/location-secrets.ts';
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

const remove = deleteImage(ports);
const secrets = cachedSecrets(secretsManagerStore({ prefix: env.SECRETS_PREFIX }));
const removeWithOriginal = deleteWithOriginal({
  imageStore: ports.imageStore,
  storages: dynamoStorageStore({ table: env.TENANTS_TABLE }),
  catalogue: dynamoCatalogue({ table: env.CATALOGUE_TABLE }),
  connectors: openConnectors({ allowed: env.WEB_ALLOWED_ADDRESSES }),
  credentials: (tenant, storage) => credentialsOf(secrets, tenant, storage)(),
  deleteImage: remove,
});

export const handler = httpFunction(
  [
    tenantRoute(api.listImages, async ({ tenant, query, baseUrl }) => {
      const { items, nextCursor } = await findImages(ports)(tenant, query);
      const reply = (record: ImageRecord) => expandedReply(ports)(tenant, record, { ...query, baseUrl });
      return {
        images: await Promise.all(items.map(reply)),
        ...(nextCursor && { next_cursor: nextCursor }),
      };
    }),
    tenantRoute(api.getImage, async ({ tenant, params, query, baseUrl }) => {
      const record = await findImage(ports)(tenant, imageId(params.image_id));
      return expandedReply(ports)(tenant, record, { ...query, baseUrl });
    }),
    tenantRoute(api.deleteImage, async ({ tenant, params, query, caller }) => {
      const image = imageId(params.image_id);
      if (query.original === 'false') return { receipt: await remove(tenant, image) };
      if (!satisfies(caller.scopes, 'ManageStorage'))
        throw new Problem('missing_scope', 'Deleting an original needs the scope deeplens.storage.');
      return { receipt: await removeWithOriginal(tenant, image) };
    }),
    tenantRoute(api.deleteImages, async ({ tenant, body, correlationId }) => ({
      outcomes: await outcomesOf(body.image_ids, correlationId, async (entry, position) => {
        const image = parseField(ImageIdField, entry, `/image_ids/${position}`);
        return { receipt: await remove(tenant, imageId(image)) };
      }),
    })),
    tenantRoute(api.getThumbnail, async ({ tenant, params, query }) => ({
      location: await signThumbnail(ports)(tenant, imageId(params.image_id), query.size),
    })),
  ],
  idempotentGuards(env),
);
