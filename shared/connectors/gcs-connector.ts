import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { Problem } from '#shared/kernel/problems.ts';
import { capBytes, tooManyBytes } from './byte-cap.ts';
import type { Connector, StorageObject } from './connector.ts';
import type { ConnectorLocation } from './connectors.ts';
import type { Credentials } from './credentials.ts';
import { gcsAuthorise } from './gcs-token.ts';
import { checkEndpoint, type Guarded } from './guarded.ts';
import { guardedRequest, type StorageRequest } from './guarded-request.ts';
import { unreachableStorage } from './unreachable-storage.ts';

const GOOGLE = 'https://storage.googleapis.com';
const PAGE = 1_000;
const BUCKET = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;
/** Bytes of a reply that is read into memory: a page of 1 000 of the longest names, escaped, has 7 MB. */
const MOST = 16_000_000;

const Item = z.object({
  name: z.string(),
  size: z.coerce.number(),
  generation: z.string(),
  timeCreated: z.string().default(() => new Date(0).toISOString()),
});
const Listing = z.object({ items: z.array(Item).default([]), nextPageToken: z.string().exactOptional() });
const Failure = z.object({
  error: z.object({ errors: z.array(z.object({ reason: z.string() })).min(1) }),
});

type Action = 'list' | 'get' | 'create' | 'delete';

interface GcsOpening {
  location: Extract<ConnectorLocation, { type: 'gcs' }>;
  credentials: () => Promise<Credentials | undefined>;
}

/** Reads a bucket of Google Cloud Storage through its JSON API, by the key of a service account. */
export function openGcs({ location, credentials }: GcsOpening, net: Guarded): Connector {
  const { config, prefix } = location;
  const { bucket } = config;
  if (!BUCKET.test(bucket)) throw new Problem('invalid_request', 'Google allows no bucket of this name.');
  const origin = config.endpoint === undefined ? GOOGLE : checkEndpoint(net, config.endpoint);
  const authorise = gcsAuthorise(origin);

  async function call(
    action: Action,
    path: string,
    query: Record<string, string>,
    { headers, ...request }: Partial<StorageRequest> = {},
  ): Promise<IncomingMessage> {
    const authorisation = await authorise(await credentials());
    const url = `${origin}${path}?${new URLSearchParams(query)}`;
    let reply: IncomingMessage;
    try {
      reply = await guardedRequest(net, url, {
        method: 'GET',
        ...request,
        headers: { ...authorisation, ...headers },
      });
    } catch (error) {
      throw networkProblem(error);
    }
    if (reply.statusCode !== undefined && reply.statusCode < 300) return reply;
    throw gcsProblem(reply.statusCode ?? 0, await body(reply), action, bucket);
  }

  const objects = `/storage/v1/b/${bucket}/o`;
  /** Names "." and ".." are not allowed there, so that no path can lead out. */
  const at = (key: string): string => `${objects}/${encodeURIComponent(key)}`;
  const FIELDS = 'name,size,generation,timeCreated';
  const isMissing = (error: unknown) => error instanceof Problem && error.code === 'not_found';

  async function* list({ after, signal }: { after?: string; signal?: AbortSignal }) {
    let pageToken: string | undefined;
    do {
      signal?.throwIfAborted();
      const query = {
        prefix,
        maxResults: String(PAGE),
        fields: `items(${FIELDS}),nextPageToken`,
        ...(after !== undefined && { startOffset: after }),
        ...(pageToken !== undefined && { pageToken }),
      };
      const reply = await call('list', objects, query, signal ? { signal } : {});
      const page = parsed(Listing, await body(reply));
      // `startOffset` includes the key.
      yield page.items.map(objectOf).filter(({ key }) => key !== after);
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
  }

  async function stat(key: string): Promise<StorageObject | undefined> {
    try {
      return objectOf(parsed(Item, await body(await call('get', at(key), { fields: FIELDS }))));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async function read(key: string, generation: string, more: Partial<StorageRequest>) {
    const reply = await call('get', at(key), { alt: 'media', ifGenerationMatch: generation }, more);
    // Not every server of this type heeds the condition.
    const found = reply.headers['x-goog-generation'];
    if (found === undefined || found === generation) return reply;
    reply.destroy();
    throw changed();
  }

  return {
    list,
    stat,
    async probe(signal) {
      for await (const [object] of list(signal ? { signal } : {})) {
        if (!object) continue;
        const headers = object.size > 0 ? { range: 'bytes=0-0' } : {};
        const reply = await read(object.key, object.changeToken, { headers, ...(signal && { signal }) });
        reply.destroy();
        return { list: true, read: true, trust: 'not_applicable' };
      }
      return { list: true, read: 'empty', trust: 'not_applicable' };
    },
    async open({ key, changeToken }, { maxBytes, signal }) {
      signal?.throwIfAborted();
      const reply = await read(key, changeToken, signal ? { signal } : {});
      if (Number(reply.headers['content-length'] ?? 0) > maxBytes) {
        reply.destroy();
        throw tooManyBytes(maxBytes);
      }
      return capBytes(reply, { maxBytes, ...(signal && { signal }) }, networkProblem);
    },
    async put(key, bytes, contentType) {
      const query = { uploadType: 'media', name: key };
      const headers = { 'content-type': contentType, 'content-length': String(bytes.length) };
      await body(await call('create', `/upload${objects}`, query, { method: 'POST', headers, body: bytes }));
    },
    async remove({ key, changeToken }) {
      const object = await stat(key);
      if (!object) return false;
      if (object.changeToken !== changeToken) throw changed();
      try {
        const query = { ifGenerationMatch: changeToken };
        await body(await call('delete', at(key), query, { method: 'DELETE' }));
        return true;
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
    },
  };
}

const changed = (): Problem =>
  new Problem('object_changed', 'The object has changed since it was listed. Scan again.');

const objectOf = ({ name, size, generation, timeCreated }: z.output<typeof Item>): StorageObject => ({
  key: name,
  size,
  changedAt: new Date(timeCreated).toISOString(),
  changeToken: generation,
  archived: false, // Google reads its archive class at once
});

const body = (reply: IncomingMessage): Promise<string> =>
  text(capBytes(reply, { maxBytes: MOST }, networkProblem));

/** @throws Problem `storage_unreachable` if the reply is not of that form */
function parsed<Schema extends z.ZodType>(schema: Schema, json: string): z.output<Schema> {
  const found = schema.safeParse(jsonOf(json));
  if (found.success) return found.data;
  throw new Problem('storage_unreachable', 'The storage does not answer as Google does. Check the endpoint.');
}

function jsonOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function networkProblem(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Problem || error.name === 'AbortError') return error;
  return unreachableStorage(error, 0, 'code' in error ? String(error.code) : error.name);
}

/** Translates a reply by its status, and names Google's own reason. */
function gcsProblem(status: number, reply: string, action: Action, bucket: string): unknown {
  const failure = Failure.safeParse(jsonOf(reply));
  const code = (failure.success && failure.data.error.errors[0]?.reason) || `status ${status}`;
  if (status === 401 || status === 403)
    return new Problem(
      'storage_access_denied',
      `The storage refuses (${code}). Give the service account storage.objects.${action} on the bucket "${bucket}": ` +
        'roles/storage.objectViewer lists and reads, roles/storage.objectUser also writes.',
    );
  if (status === 412) return changed();
  if (status === 404 && (action === 'get' || action === 'delete'))
    return new Problem('not_found', 'The object is no longer in the storage.');
  if (status === 404)
    return new Problem('bucket_not_found', `There is no bucket "${bucket}" (${code}). Check its name.`);
  return unreachableStorage(new Error(code), status, code);
}
