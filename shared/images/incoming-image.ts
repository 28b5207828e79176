import type { z } from 'zod';
import type { addImage, UploadFile } from '#shared/contracts/http/images.ts';

/** The media type where nobody declared one. */
const UNDECLARED = 'application/octet-stream';

/** Converts a file of `POST /uploads` to a `NewImage`. */
export const announcedImage = ({ content_type, external_id, ...file }: z.output<typeof UploadFile>) => ({
  ...file,
  contentType: content_type ?? UNDECLARED,
  externalId: external_id,
});

/**
 * Converts the body of `POST /images` to a `NewImage`; its fields take precedence over the headers of its file part.
 * @param size bytes
 */
export const inlineImage = (
  body: z.output<NonNullable<typeof addImage.body>>,
  size: number,
  part: { filename?: string; contentType?: string } = {},
) => ({
  filename: body.filename ?? part.filename ?? '',
  contentType: body.content_type ?? part.contentType ?? UNDECLARED,
  size,
  externalId: body.external_id,
  metadata: body.metadata,
});
