import type { APIGatewayProxyEvent } from 'aws-lambda';
import { z } from 'zod';
import type { Operation } from '#shared/contracts/http/operation.ts';
import { type ImageId, imageId } from '#shared/kernel/ids.ts';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { type InvalidField, Problem } from '#shared/kernel/problems.ts';

/** A file of a multipart form. */
export interface UploadedFile {
  bytes: Uint8Array;
  filename: string;
  contentType: string;
}

/** What the multipart parser leaves of a file. */
const FilePart = z.object({
  content: z.instanceof(Uint8Array),
  filename: z.string(),
  mimetype: z.string(),
});

/** Takes the part named `file` out of the body, so that the rest is fields. */
export function takeFile(event: APIGatewayProxyEvent): UploadedFile | undefined {
  const body: unknown = event.body; // the body parsers have replaced the text by what it says
  if (typeof body !== 'object' || body === null || !('file' in body)) return undefined;
  const part = FilePart.safeParse(body.file);
  delete body.file;
  if (!part.success) throw invalid([{ pointer: '/file', message: 'is not one file' }]);
  return { bytes: part.data.content, filename: part.data.filename, contentType: part.data.mimetype };
}

/**
 * Parses each part of a request by the operation's schemas.
 * @throws Problem `invalid_request` that lists every invalid field
 */
export function parseInput(operation: Operation, event: APIGatewayProxyEvent) {
  return {
    params: parse(operation.params, event.pathParameters ?? {}, '/path'),
    query: parse(operation.query, event.queryStringParameters ?? {}, '/query'),
    body: parse(operation.body, event.body ?? {}, ''),
  };
}

const parse = (schema: z.ZodType | undefined, input: unknown, at: string): unknown =>
  schema && parseField(schema, input, at);

/**
 * @param at the JSON pointer of the field in the request
 * @throws Problem `invalid_request`
 */
export function parseField<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  at: string,
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw invalid(
    parsed.error.issues.map((issue) => ({
      pointer: `${at}${issue.path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`,
      message: issue.message,
    })),
  );
}

const invalid = (errors: InvalidField[]) =>
  new Problem(
    'invalid_request',
    errors.map(({ pointer, message }) => `${pointer || 'the body'}: ${message}`).join('; '),
    {
      errors,
    },
  );

/**
 * The one picture that a request carries, as a file or as base64.
 * @throws Problem `invalid_request` where there is none, or both; `payload_too_large` above the inline limit;
 *   `unreadable_image` where it is empty
 */
export function inlineImageBytes(call: {
  file?: UploadedFile;
  body: { image?: string | undefined };
}): Uint8Array | undefined {
  const { file, body } = call;
  if (file && body.image !== undefined)
    throw new Problem('invalid_request', 'Give the picture once: as file, or as image.');
  const bytes = file?.bytes ?? (body.image === undefined ? undefined : Buffer.from(body.image, 'base64'));
  if (!bytes) return undefined;
  if (bytes.length === 0) throw new Problem('unreadable_image', 'The picture is empty: 0 bytes.');
  if (bytes.length > IMAGE_LIMITS.inlineBytes)
    throw new Problem(
      'payload_too_large',
      `The picture has ${bytes.length} bytes; inside a request at most ${IMAGE_LIMITS.inlineBytes} can travel. Upload it by POST /v1/uploads.`,
    );
  return bytes;
}

/** @throws Problem as `inlineImageBytes`; `invalid_request` also where there is none */
export function requiredImage(call: Parameters<typeof inlineImageBytes>[0]): Uint8Array {
  const bytes = inlineImageBytes(call);
  if (bytes) return bytes;
  throw new Problem('invalid_request', 'Give a picture: a multipart part named file, or image as base64.');
}

/**
 * What a search looks for: exactly one of a picture inside the request and a stored picture's id.
 * @throws Problem `invalid_request`, and those of `inlineImageBytes`
 */
export function querySource(call: {
  file?: UploadedFile;
  body: { image?: string | undefined; image_id?: string | undefined };
}): { bytes: Uint8Array } | { imageId: ImageId } {
  const bytes = inlineImageBytes(call);
  const { image_id } = call.body;
  if (bytes && image_id === undefined) return { bytes };
  if (!bytes && image_id !== undefined) return { imageId: imageId(image_id) };
  throw new Problem(
    'invalid_request',
    'Give one picture to look for: a multipart part named file, image as base64, or image_id.',
  );
}
