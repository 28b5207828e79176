import type * as z from 'zod';
import type { addImage, UploadFile } from '#shared/contracts/http/images.ts';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { canonicalType, isAccepted, unsupported } from '#shared/kernel/media-types.ts';
import { Problem } from '#shared/kernel/problems.ts';

/** The media type where nobody declared one. */
const UNDECLARED = 'application/octet-stream';

/**
 * Converts a file of `POST /uploads` to a `NewImage`.
 * @throws Problem `unsupported_media_type`, `unreadable_image`, `payload_too_large` for a type or size that is never accepted
 */
export function announcedImage({ content_type, external_id, ...file }: z.output<typeof UploadFile>) {
  const contentType = content_type ?? UNDECLARED;
  if (!isAccepted(contentType)) throw unsupported('The file is declared as', canonicalType(contentType));
  if (file.size === 0) throw new Problem('unreadable_image', 'The image is empty: 0 bytes.');
  if (file.size > IMAGE_LIMITS.fileBytes)
    throw new Problem(
      'payload_too_large',
      `${file.size} bytes; an image may have at most ${IMAGE_LIMITS.fileBytes}.`,
    );
  return { ...file, contentType, externalId: external_id };
}

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
