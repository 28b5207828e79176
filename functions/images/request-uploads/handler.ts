import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import * as api from '#shared/contracts/http/images.ts';
import { idempotentGuards } from '#shared/guards/guards.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { existingImageId, existingImages } from '#shared/images/external-ids.ts';
import { fetchImage, fileNameOf } from '#shared/images/fetch-image.ts';
import { imageReply } from '#shared/images/image-reply.ts';
import { announcedImage, inlineImage } from '#shared/images/incoming-image.ts';
import { quotaOf } from '#shared/images/quota.ts';
import { addImage, requestUploads } from '#shared/images/request-upload.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { parseField, requiredImage } from '#shared/runtime/input.ts';
import { entryOrProblem, problemEntry } from '#shared/runtime/problem-responses.ts';
import { tenantRoute } from '#shared/runtime/routes.ts';
import { WithStatus } from '#shared/runtime/with-status.ts';
import { dynamoSwitchStore } from '#shared/switches/dynamodb-switch-store.ts';
import { readSwitches } from '#shared/switches/read-switches.ts';
import { undiciWebClient } from '#shared/web/undici-web-client.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const ports = {
  imageStore: dynamoImageStore({ table: env.IMAGES_TABLE }),
  blobs: s3Blobs({ bucket: env.IMAGES_BUCKET }),
};
const switches = readSwitches(dynamoSwitchStore({ table: env.ACTIVITY_TABLE }));
const request = requestUploads(ports);
const add = addImage(ports);
const fetchFrom = fetchImage({
  web: undiciWebClient({ allowed: env.WEB_ALLOWED_ADDRESSES }),
  seconds: 15,
});

export const handler = httpFunction(
  [
    tenantRoute(api.addImage, async ({ tenant, caller, query, body, file, correlationId, baseUrl }) => {
      await switches.refuseIfPaused('ingest');
      const given = requiredImage({ body, ...(file && { file }) });
      const bytes = 'url' in given ? await fetchFrom(given.url) : given.bytes;
      const image = inlineImage(
        body,
        bytes.length,
        'url' in given ? { filename: fileNameOf(given.url) } : file,
      );
      const adding = add(tenant, image, bytes, quotaOf(caller), correlationId);
      if (query.on_conflict !== 'return') return adding;
      return adding.catch(async (error: unknown) => {
        const [existing] = (await existingImages(ports)(tenant, [error])).values();
        if (!existing) throw error;
        return new WithStatus(200, imageReply(existing, baseUrl));
      });
    }),
    tenantRoute(
      api.requestUploads,
      async ({ tenant, caller, query, body, uploads, correlationId, baseUrl }) => {
        await switches.refuseIfPaused('ingest');
        let accepted = 0;
        const read = (file: unknown, position: number) => {
          const image = announcedImage(parseField(api.UploadFile, file, `/files/${position}`));
          accepted += 1;
          if (uploads && accepted > uploads.granted) throw uploads.refusal;
          return image;
        };
        const images = body.files.map((file, i) => entryOrProblem(() => read(file, i)));
        const forms = await request(tenant, images, quotaOf(caller), correlationId);
        const existing =
          query.on_conflict === 'return' ? await existingImages(ports)(tenant, forms) : undefined;
        return {
          uploads: forms.map((form) => {
            if (!(form instanceof Problem)) return form;
            const image = existing?.get(existingImageId(form) ?? '');
            return image ? imageReply(image, baseUrl) : problemEntry(form, correlationId);
          }),
        };
      },
    ),
  ],
  idempotentGuards(env),
);
