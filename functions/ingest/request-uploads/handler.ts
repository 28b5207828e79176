import * as api from '#shared/api/images.ts';
import { s3Blobs } from '#shared/blobs/s3.ts';
import { dynamoImages } from '#shared/catalog/dynamodb-images.ts';
import { requestUpload } from '#shared/flows/ingest/request-upload.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction, tenantRoute } from '#shared/runtime/http.ts';
import { dynamoIdempotency } from '#shared/runtime/idempotency.ts';
import { parseField } from '#shared/runtime/input.ts';
import { orProblem } from '#shared/runtime/problem-responses.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const request = requestUpload({
  catalog: dynamoImages({ table: env.IMAGES_TABLE }),
  blobs: s3Blobs({ bucket: env.PICTURES_BUCKET }),
});

export const handler = httpFunction([
  tenantRoute(
    api.requestUploads,
    async ({ tenant, body, correlationId }) => ({
      uploads: await Promise.all(
        body.files.map((file, position) =>
          orProblem(correlationId, async () => {
            const { content_type, external_id, ...rest } = parseField(
              api.UploadFile,
              file,
              `/files/${position}`,
            );
            const picture = { ...rest, contentType: content_type, externalId: external_id };
            return request(tenant, picture, correlationId);
          }),
        ),
      ),
    }),
    dynamoIdempotency(env.ACTIVITY_TABLE),
  ),
]);
