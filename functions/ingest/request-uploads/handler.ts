import * as api from '#shared/api/images.ts';
import { s3Blobs } from '#shared/blobs/s3.ts';
import { dynamoImages } from '#shared/catalog/dynamodb-images.ts';
import { requestUpload } from '#shared/flows/ingest/request-upload.ts';
import { frontDoor } from '#shared/front-door/front-door.ts';
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

export const handler = httpFunction(
  [
    tenantRoute(
      api.requestUploads,
      async ({ tenant, body, uploads, correlationId }) => {
        let accepted = 0;
        const announce = async (file: unknown, position: number) => {
          const { content_type, external_id, ...rest } = parseField(
            api.UploadFile,
            file,
            `/files/${position}`,
          );
          accepted += 1;
          if (uploads && accepted > uploads.granted) throw uploads.refusal;
          const picture = { ...rest, contentType: content_type, externalId: external_id };
          return request(tenant, picture, correlationId);
        };
        const entries = body.files.map((file, position) =>
          orProblem(correlationId, () => announce(file, position)),
        );
        return { uploads: await Promise.all(entries) };
      },
      dynamoIdempotency(env.ACTIVITY_TABLE),
    ),
  ],
  frontDoor(env),
);
