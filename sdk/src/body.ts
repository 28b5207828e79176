/** What `fetch` sends. */
type FetchBody = NonNullable<RequestInit['body']>;

/** What a body is sent as. */
export interface SentBody {
  body: FetchBody | undefined;
  /** Absent where `fetch` sets it: the boundary of a form. */
  contentType?: string;
  /** False for a stream. */
  canBeSentAgain: boolean;
}

/** Returns a form: a `file` as it is, lists and objects as JSON, everything else as text. */
function formOf(fields: Readonly<Record<string, unknown>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields))
    if (value instanceof Blob) form.append(name, value);
    else if (value !== undefined)
      form.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
  return form;
}

const isRecord = (body: unknown): body is Readonly<Record<string, unknown>> & { file?: unknown } =>
  typeof body === 'object' && body !== null && Object.getPrototypeOf(body) === Object.prototype;

/** Returns how a body is sent: one with a `file` as a form, another object as JSON, anything else as it is. */
export function sentBody(body: unknown): SentBody {
  if (body === undefined) return { body: undefined, canBeSentAgain: true };
  if (isRecord(body) && body.file instanceof Blob) return { body: formOf(body), canBeSentAgain: true };
  if (isRecord(body) || Array.isArray(body))
    return { body: JSON.stringify(body), contentType: 'application/json', canBeSentAgain: true };
  // What fetch takes; it refuses the rest.
  return { body: body as FetchBody, canBeSentAgain: !(body instanceof ReadableStream) };
}
