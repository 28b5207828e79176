import type { UploadForm } from '../generated/types.gen.ts';
import type { Fetch } from '../options.ts';
import type { PostOptions, PostReply, UploadSource } from './upload.ts';

/** Larger Blobs are sent without a checksum: WebCrypto needs them in memory as a whole. */
const LARGEST_HASHED = 64 * 1024 * 1024;

/** The parts of XMLHttpRequest that are used here: `fetch` reports no progress of an upload. */
interface Xhr {
  upload: { onprogress: ((event: { loaded: number }) => void) | null };
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onabort: (() => void) | null;
  readonly status: number;
  readonly responseText: string;
  open(method: string, url: string): void;
  send(body: FormData): void;
  abort(): void;
}

/** Returns a Blob as a source. */
export const blobSource = (blob: Blob, fetch: Fetch): UploadSource => ({
  async describe() {
    const { name, lastModified } = blob as Partial<File>; // a File is a Blob
    return {
      filename: name ?? 'image',
      size: blob.size,
      contentType: blob.type || undefined,
      identity: name === undefined ? undefined : `${name}\n${blob.size}\n${lastModified}`,
    };
  },
  async sha256({ size }) {
    // Pages that are not served by https have no `subtle`.
    if (size > LARGEST_HASHED || !globalThis.crypto?.subtle) return undefined;
    const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  },
  async post(form, { size, filename }, options) {
    const body = new FormData();
    for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
    body.append('file', blob, filename);
    const { XMLHttpRequest } = globalThis as { XMLHttpRequest?: new () => Xhr }; // in pages alone
    if (XMLHttpRequest) return postByXhr(new XMLHttpRequest(), form, body, size, options);
    const reply = await fetch(form.url, { method: 'POST', body, signal: options.signal });
    options.onSent(size);
    return { status: reply.status, text: await reply.text() };
  },
});

function postByXhr(
  xhr: Xhr,
  { url }: UploadForm,
  body: FormData,
  size: number,
  { signal, onSent }: PostOptions,
): Promise<PostReply> {
  return new Promise<PostReply>((resolve, reject) => {
    const abort = () => xhr.abort();
    xhr.upload.onprogress = ({ loaded }) => onSent(Math.min(loaded, size)); // it counts the fields too
    xhr.onload = () => resolve({ status: xhr.status, text: xhr.responseText });
    xhr.onerror = () => reject(new TypeError('The connection to the storage failed.'));
    xhr.onabort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    xhr.open('POST', url);
    xhr.send(body);
  });
}
