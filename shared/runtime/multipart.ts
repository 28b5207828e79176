import { utf8 } from './utf8.ts';

/** Limits of a form: fields and one file. */
export const FORM_LIMITS = {
  parts: 33,
  /** Of one part, names and values together. */
  headerBytes: 2048,
  fieldName: 100,
  fieldBytes: 1024 * 1024,
} as const;

/** A form that does not parse, or exceeds a limit; the message is for the caller. */
export class MalformedForm extends Error {
  override readonly name = 'MalformedForm';
}

/** A part of a form with a file name. */
export interface FormFile {
  bytes: Uint8Array;
  filename: string;
  contentType: string;
}

export interface Form {
  /** Without a prototype. The values of a repeated field are an array. */
  fields: Record<string, string | string[]>;
  files: { name: string; file: FormFile }[];
}

const LINE = Buffer.from('\r\n');
const BLANK_LINE = Buffer.from('\r\n\r\n');
const BOUNDARY = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))\s*(?:;|$)/i;

/**
 * Parses a whole `multipart/form-data` body (RFC 7578), in time linear in its size. Lambda delivers bodies whole; a
 * streaming parser would report faults as events, and an event without a listener ends the process. Libraries that were
 * tried instead: docs/adr/0034-our-own-form-parser.md.
 * @throws MalformedForm
 */
export function parseForm(contentType: string, body: Buffer): Form {
  const [, quoted, token] = BOUNDARY.exec(contentType) ?? [];
  const boundary = quoted ?? token;
  if (boundary === undefined) throw new MalformedForm('its content-type has no valid boundary');
  const form: Form = { fields: Object.create(null), files: [] };
  let parts = 0;
  for (const { headers, content } of partsOf(body, boundary)) {
    if (++parts > FORM_LIMITS.parts) throw new MalformedForm(`it has more than ${FORM_LIMITS.parts} parts`);
    addPart(form, headers, content);
  }
  return form;
}

function* partsOf(body: Buffer, boundary: string): Generator<{ headers: string; content: Buffer }> {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const opening = delimiter.subarray(LINE.length);
  const first = body.subarray(0, opening.length).equals(opening) ? -LINE.length : body.indexOf(delimiter);
  if (first === -1) throw new MalformedForm('its boundary does not occur in it');
  for (let at = first + delimiter.length; ; ) {
    if (body.subarray(at, at + 2).toString('latin1') === '--') return; // what follows is to be ignored
    const line = body.indexOf(LINE, at);
    if (line === -1 || body.subarray(at, line).toString('latin1').trim() !== '')
      throw new MalformedForm('it ends before its closing boundary');
    const start = line + LINE.length;
    const head = body.subarray(start, start + FORM_LIMITS.headerBytes);
    const blank = head.indexOf(BLANK_LINE);
    if (blank === -1)
      throw new MalformedForm(`a part has no headers of at most ${FORM_LIMITS.headerBytes} bytes`);
    const from = start + blank + BLANK_LINE.length;
    const end = body.indexOf(delimiter, from);
    if (end === -1) throw new MalformedForm('it ends before its closing boundary');
    yield { headers: text(head.subarray(0, blank)), content: body.subarray(from, end) };
    at = end + delimiter.length;
  }
}

function addPart({ fields, files }: Form, headers: string, content: Buffer): void {
  const { disposition, contentType } = readHeaders(headers);
  const { name, filename } = disposition;
  if (name === undefined || name.length > FORM_LIMITS.fieldName)
    throw new MalformedForm(`a part has no name of at most ${FORM_LIMITS.fieldName} characters`);
  if (filename !== undefined || contentType === 'application/octet-stream') {
    const file = {
      bytes: content,
      filename: filename ?? '',
      contentType: contentType ?? 'application/octet-stream',
    };
    files.push({ name, file });
    return;
  }
  if (content.length > FORM_LIMITS.fieldBytes)
    throw new MalformedForm(`a field has more than ${FORM_LIMITS.fieldBytes} bytes`);
  const before = fields[name];
  const value = text(content);
  fields[name] = before === undefined ? value : [before, value].flat();
}

/** A parameter of a header: `; name="value"`, or a token as the value. */
const PARAMETER = /;\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/g;

function readHeaders(lines: string) {
  let disposition: { name?: string; filename?: string } = {};
  let contentType: string | undefined;
  for (const line of lines.split('\r\n')) {
    const [name = '', value = ''] = [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)];
    if (name.toLowerCase() === 'content-type') contentType = value.split(';')[0]?.trim().toLowerCase();
    if (name.toLowerCase() === 'content-disposition') disposition = readDisposition(value);
  }
  return { disposition, contentType };
}

function readDisposition(value: string): { name?: string; filename?: string } {
  const parameters = new Map(
    [...value.matchAll(PARAMETER)].map(([, name = '', quoted, token]) => [
      name.toLowerCase(),
      quoted?.replaceAll(/\\(["\\])/g, '$1') ?? token ?? '',
    ]),
  );
  const name = parameters.get('name');
  const filename = parameters.get('filename') ?? extended(parameters.get('filename*'));
  return {
    ...(name !== undefined && { name }),
    ...(filename !== undefined && { filename: filename.split(/[\\/]/).at(-1) ?? '' }),
  };
}

/** Decodes a value as in RFC 5987, which some clients send for names outside ASCII: `UTF-8''%C3%A9.jpg`. */
function extended(value: string | undefined): string | undefined {
  try {
    return value && decodeURIComponent(value.replace(/^utf-8'[^']*'/i, ''));
  } catch {
    throw new MalformedForm('a file name is not valid');
  }
}

const text = (bytes: Buffer): string => {
  const decoded = utf8(bytes);
  if (decoded === undefined) throw new MalformedForm('a field or a header is not UTF-8');
  return decoded;
};
