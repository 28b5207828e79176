import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import * as api from '#shared/contracts/http/images.ts';
import { idempotentGuards } from '#shared/guards/guards.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { announcedImage } from '#shared/images/incoming-image.ts';
import { quotaOf } from '#shared/images/quota.ts';
import { quotaReservation, requestUpload } from '#shared/images/request-upload.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { parseField } from '#shared/runtime/input.ts';
import { entryOrProblem } from '#shared/runtime/problem-responses.ts';
import { tenantRoute } from '#shared/runtime/routes.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const imageStore = dynamoImageStore({ table: env.IMAGES_TABLE });
const reservation = quotaReservation({ imageStore });
const request = requestUpload({ imageStore, blobs: s3Blobs({ bucket: env.IMAGES_BUCKET }) });

export const handler = httpFunction(
  [
    tenantRoute(api.requestUploads, async ({ tenant, caller, body, uploads, correlationId }) => {
      const reserveQuota = await reservation(tenant, quotaOf(caller));
      let accepted = 0;
      const announce = async (file: unknown, position: number) => {
        const image = announcedImage(parseField(api.UploadFile, file, `/files/${position}`));
        accepted += 1;
        if (uploads && accepted > uploads.granted) throw uploads.refusal;
        return request(tenant, image, reserveQuota, correlationId);
      };
      const entries = body.files.map((file, i) => entryOrProblem(correlationId, () => announce(file, i)));
      return { uploads: await Promise.all(entries) };
    }),
  ],
  idempotentGuards(env),
);
