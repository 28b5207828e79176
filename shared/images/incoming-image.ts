import type { z } from 'zod';
import type { addImage, UploadFile } from '#shared/contracts/http/images.ts';

/** A file of `POST /uploads`, as ingest speaks of it. */
export const announcedImage = ({ content_type, external_id, ...file }: z.output<typeof UploadFile>) => ({
  ...file,
  contentType: content_type,
  externalId: external_id,
});

/**
 * The picture of `POST /images`, as ingest speaks of it: what its fields say goes before what its part says.
 * @param size bytes
 */
export const inlineImage = (
  body: z.output<NonNullable<typeof addImage.body>>,
  size: number,
  part: { filename?: string; contentType?: string } = {},
) => ({
  filename: body.filename ?? part.filename ?? '',
  contentType: body.content_type ?? part.contentType ?? 'application/octet-stream',
  size,
  externalId: body.external_id,
  metadata: body.metadata,
});
