import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as z from 'zod';
import { FileName, MediaType } from '#shared/contracts/http/fields.ts';
import type { Operation } from '#shared/contracts/http/operation.ts';
import { type ImageId, imageId } from '#shared/kernel/ids.ts';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { refusedPart } from '#shared/kernel/json-bounds.ts';
import { type InvalidField, PROBLEM_BOUNDS, Problem } from '#shared/kernel/problems.ts';
import { readBody, type UploadedFile } from './body.ts';
import { pointerOf } from './pointer.ts';
import { describeUnknown, errorsOf } from './unknown-names.ts';

/** The input of a call: what the operation's schemas make of its parts. */
export interface Input<Op extends Operation> {
  params: z.output<NonNullable<Op['params']>>;
  query: z.output<NonNullable<Op['query']>>;
  body: z.output<NonNullable<Op['body']>>;
  /** The part named `file` of a multipart form. */
  file?: UploadedFile;
}

/**
 * Parses each part of a request by the operation's schemas.
 * @throws Problem `invalid_request` that lists the invalid fields of the first invalid part; `payload_too_large`
 */
export function parseInput<Op extends Operation>(operation: Op, event: APIGatewayProxyEvent): Input<Op> {
  const { content, file } = readBody(operation, event);
  if (file && !FilePart.safeParse(file).success)
    throw invalid([{ pointer: '/file', message: 'must be one file, with a name and a media type' }]);
  if (operation.multipart) checkInlineLength(content);
  checkGivenOnce(event);
  return {
    params: parse(operation.params, event.pathParameters ?? {}, '/path'),
    query: parse(operation.query ?? NoQuery, event.queryStringParameters ?? {}, '/query'),
    body: parse(operation.body, content, ''),
    ...(file && { file }),
  } as Input<Op>; // each part is parsed by the schema that its type is derived from
}

/** Rejects a query that gives a parameter more than once: API Gateway would pass on the last value alone. @throws Problem */
function checkGivenOnce({ multiValueQueryStringParameters }: APIGatewayProxyEvent): void {
  const repeated = Object.entries(multiValueQueryStringParameters ?? {}).filter(
    ([, values]) => (values?.length ?? 0) > 1,
  );
  if (repeated.length > 0)
    throw invalid(
      repeated.map(([name]) => ({
        pointer: pointerOf('/query', [name]),
        message: 'is given more than once',
      })),
    );
}

const NoQuery = z.strictObject({});
const FilePart = z.object({ filename: FileName, contentType: MediaType });

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
  const refused = refusedPart(input);
  if (refused) throw invalid([{ pointer: pointerOf(at, refused.path), message: refused.message }]);
  const parsed = schema.safeParse(input, { error: describeUnknown });
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const errors = issues
    .slice(0, PROBLEM_BOUNDS.errors)
    .flatMap((issue) => errorsOf(issue, (path) => pointerOf(at, path)));
  throw invalid(errors.slice(0, PROBLEM_BOUNDS.errors), countOf(issues));
}

const countOf = (issues: readonly z.core.$ZodIssue[]): number =>
  issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);

/** @param total the number of errors, of which `errors` are the first */
function invalid(errors: InvalidField[], total = errors.length): Problem {
  const more = total > errors.length ? `; and ${total - errors.length} more` : '';
  const listed = errors.map(({ pointer, message }) => `${pointer || 'the body'}: ${message}`).join('; ');
  return new Problem('invalid_request', `${listed.slice(0, PROBLEM_BOUNDS.detail - more.length)}${more}`, {
    errors,
  });
}

/** Rejects an image of too many base64 digits by a status of its own, before the schema does. @throws Problem */
function checkInlineLength(body: unknown): void {
  if (typeof body !== 'object' || body === null || !('image' in body)) return;
  if (typeof body.image === 'string' && body.image.length > IMAGE_LIMITS.inlineBase64)
    throw tooLargeInline(Math.floor((body.image.length * 3) / 4));
}

const tooLargeInline = (bytes: number) =>
  new Problem(
    'payload_too_large',
    `The image has ${bytes} bytes; a request can hold ${IMAGE_LIMITS.inlineBytes}. Upload it with POST /v1/uploads.`,
  );

/** An image as a request gives it: its bytes, or the URL to fetch them from. */
export type GivenImage = { bytes: Uint8Array } | { url: string };

interface ImageCall {
  file?: UploadedFile;
  body: { image?: string | undefined; image_url?: string | undefined };
}

/**
 * Returns the image that a request gives as a file, as base64, or by its URL, if any.
 * @throws Problem `invalid_request` if it gives several; `payload_too_large` above the inline limit; `unreadable_image` if
 *   it is empty
 */
function givenImage({ file, body: { image, image_url } }: ImageCall): GivenImage | undefined {
  if ([file, image, image_url].filter((each) => each !== undefined).length > 1)
    throw new Problem(
      'invalid_request',
      'The request has several images. Send one: as the part file, as base64 in image, or its image_url.',
    );
  if (image_url !== undefined) return { url: image_url };
  const bytes = file?.bytes ?? (image === undefined ? undefined : Buffer.from(image, 'base64'));
  if (!bytes) return undefined;
  if (bytes.length === 0) throw new Problem('unreadable_image', 'The image is empty: 0 bytes.');
  if (bytes.length > IMAGE_LIMITS.inlineBytes) throw tooLargeInline(bytes.length);
  return { bytes };
}

/** Returns the image that a request gives. @throws Problem as `givenImage`; `invalid_request` if there is none */
export function requiredImage(call: ImageCall): GivenImage {
  const given = givenImage(call);
  if (given) return given;
  throw new Problem(
    'invalid_request',
    'The request has no image. Send a multipart part named file, image as base64, or image_url.',
  );
}

/**
 * Returns the query of a search: the image that the request gives, or the id of a stored one.
 * @throws Problem `invalid_request` unless there is exactly one; those of `givenImage`
 */
export function querySource(
  call: ImageCall & { body: { image_id?: string | undefined } },
): GivenImage | { imageId: ImageId } {
  const given = givenImage(call);
  const { image_id } = call.body;
  if (given && image_id === undefined) return given;
  if (!given && image_id !== undefined) return { imageId: imageId(image_id) };
  throw new Problem(
    'invalid_request',
    'A search needs exactly one query image. Send a multipart part named file, image as base64, image_url, or image_id.',
  );
}
