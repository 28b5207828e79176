import { createReadStream } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import type { UploadForm } from '../generated/types.gen.ts';
import type { PostOptions, PostReply } from '../uploads/upload.ts';

/** The most of a reply that is read: storage's refusals are short. */
const REPLY_BYTES = 64 * 1024;
/** A connection on which nothing moves for so long is given up, in milliseconds. */
const IDLE_MS = 60_000;
/** Bytes of a file in memory at once. */
const CHUNK_BYTES = 64 * 1024;

const agents = {
  'http:': new http.Agent({ keepAlive: true }),
  'https:': new https.Agent({ keepAlive: true }),
};

/** A quoted parameter of a header, as browsers write it. */
const quoted = (text: string) =>
  `"${text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')}"`;

/** Returns what a form has before and after the bytes of its file. */
function frameOf(
  { fields }: UploadForm,
  filename: string,
  boundary: string,
): [before: Buffer, after: Buffer] {
  const parts = Object.entries(fields).map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name=${quoted(name)}\r\n\r\n${value}\r\n`,
  );
  const file = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename=${quoted(filename)}\r\nContent-Type: application/octet-stream\r\n\r\n`;
  return [Buffer.from(parts.join('') + file), Buffer.from(`\r\n--${boundary}--\r\n`)];
}

/**
 * Posts a file with a form, as a stream of known length: storage refuses chunked bodies, and `fetch` holds a file in memory.
 * @throws an error if the file has changed its size or cannot be read, or the connection fails
 */
export async function postStream(
  form: UploadForm,
  file: { path: string; filename: string; size: number },
  { signal, onSent }: PostOptions,
): Promise<PostReply> {
  const boundary = `deeplens-${crypto.randomUUID()}`;
  const [before, after] = frameOf(form, file.filename, boundary);
  const url = new URL(form.url);
  const isHttps = url.protocol === 'https:';
  const request = (isHttps ? https : http).request(url, {
    method: 'POST',
    agent: agents[isHttps ? 'https:' : 'http:'],
    signal,
    timeout: IDLE_MS,
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': before.length + file.size + after.length,
    },
  });
  request.on('timeout', () => request.destroy(new Error(`nothing moved for ${IDLE_MS / 1000} s`)));
  const reply = replyOf(request);
  async function* body() {
    yield before;
    if (file.size > 0) yield* contentOf(file, onSent);
    yield after;
  }
  // A refusal may come before all is sent; it says more than the connection that then breaks.
  const sent = pipeline(body, request).catch((error: unknown) => {
    request.destroy();
    return error;
  });
  const [answer, failed] = await Promise.all([reply.catch(() => undefined), sent]);
  if (answer) return answer;
  if (failed !== undefined) throw failed;
  return reply;
}

/** Yields exactly the bytes that were announced. */
async function* contentOf({ path, size }: { path: string; size: number }, onSent: (bytes: number) => void) {
  let sent = 0;
  for await (const chunk of createReadStream(path, { end: size - 1, highWaterMark: CHUNK_BYTES })) {
    yield chunk;
    sent += chunk.length;
    onSent(sent);
  }
  if (sent !== size) throw new Error(`${path} has become shorter while it was sent`);
}

function replyOf(request: http.ClientRequest): Promise<PostReply> {
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        if (size < REPLY_BYTES) chunks.push(chunk);
        size += chunk.length;
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
  });
}
