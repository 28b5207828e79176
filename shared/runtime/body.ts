import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Operation } from '#shared/contracts/http/operation.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { type FormFile, MalformedForm, parseForm } from './multipart.ts';
import { pointerOf } from './pointer.ts';
import { utf8 } from './utf8.ts';

/** A file of a multipart form. */
export type UploadedFile = FormFile;

interface RequestBody {
  /** The JSON value, or the form's fields; `{}` without a body. */
  content: unknown;
  /** The part named `file`, or `image`, of a form. */
  file?: UploadedFile;
}

/** The names of a form's file part. */
const FILE_NAMES: readonly string[] = ['file', 'image'];

const misnamed = (name: string): Problem =>
  new Problem('invalid_request', `The file of the form is named ${name}. Name its part file, or image.`, {
    errors: [{ pointer: pointerOf('', [name]), message: 'is not known; did you mean file?' }],
  });

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/;

/**
 * Parses a request's body, if the operation takes one: JSON, or a form where it is `multipart`.
 * @throws Problem `invalid_request`; `unsupported_media_type`
 */
export function readBody({ body: schema, multipart }: Operation, event: APIGatewayProxyEvent): RequestBody {
  if (!schema || !event.body) return { content: {} };
  const { 'content-type': contentType = '', 'content-encoding': encoding = 'identity' } = event.headers;
  if (encoding.toLowerCase() !== 'identity')
    throw unsupported('it has a content-encoding. Send it without one.');
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  const bytes = Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8');
  if (JSON_TYPE.test(type)) return { content: parseJson(bytes) };
  if (multipart && type === 'multipart/form-data') return readForm(contentType, bytes);
  throw unsupported(
    `its content-type is not application/json${multipart ? ' or multipart/form-data' : ''}. Send one that is.`,
  );
}

function parseJson(bytes: Buffer): unknown {
  const text = utf8(bytes);
  if (text === undefined) throw malformed('it is not UTF-8.');
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('it is not JSON.');
  }
}

function readForm(contentType: string, bytes: Buffer): RequestBody {
  try {
    const { fields, files } = parseForm(contentType, bytes);
    const [first, second] = files;
    if (second) throw new MalformedForm('a form can have one file');
    if (first && !FILE_NAMES.includes(first.name)) throw misnamed(first.name);
    if (fields.file !== undefined)
      throw new MalformedForm('its part file has no file name, as files have (filename="…")');
    return { content: fields, ...(first && { file: first.file }) };
  } catch (error) {
    if (error instanceof MalformedForm) throw malformed(`as a form, ${error.message}.`);
    throw error;
  }
}

const refused =
  (code: 'invalid_request' | 'unsupported_media_type') =>
  (reason: string): Problem =>
    new Problem(code, `The body cannot be read: ${reason}`);
const malformed = refused('invalid_request');
const unsupported = refused('unsupported_media_type');
