import { Readable } from 'node:stream';
import { AnonymousCredential, ContainerClient, newPipeline } from '@azure/storage-blob';
import { Problem } from '#shared/kernel/problems.ts';
import { azureCode, azureProblem } from './azure-errors.ts';
import { azureHttpClient } from './azure-http-client.ts';
import { capBytes, tooManyBytes } from './byte-cap.ts';
import type { Connector, StorageObject } from './connector.ts';
import type { ConnectorLocation } from './connectors.ts';
import type { Credentials } from './credentials.ts';
import { checkEndpoint, type Guarded } from './guarded.ts';

const PAGE = 1_000;
const ACCOUNT = /^[a-z0-9]{3,24}$/;
const CONTAINER = /^[$a-z0-9-]{3,63}$/;
/** Azure resolves such segments of a path, and takes a backslash for a slash: what they lead to is another blob. */
const UNADDRESSABLE = /(^|\/)\.{1,2}($|\/)|\\/;
/** Milliseconds; tries. */
const RETRIES = { maxTries: 3, retryDelayInMs: 500, maxRetryDelayInMs: 4_000 };

interface AzureOpening {
  location: Extract<ConnectorLocation, { type: 'azure_blob' }>;
  credentials: () => Promise<Credentials | undefined>;
}

/** Reads a container of Azure Blob Storage, by a SAS or by an application's secret. */
export function openAzure({ location, credentials }: AzureOpening, net: Guarded): Connector {
  const { config, prefix } = location;
  const { account, container: name, endpoint } = config;
  if (!ACCOUNT.test(account) || !CONTAINER.test(name))
    throw new Problem(
      'invalid_request',
      'The account or the container has a name that Azure does not allow.',
    );
  const url = `${endpoint === undefined ? `https://${account}.blob.core.windows.net` : accountAt(checkEndpoint(net, endpoint), account)}/${name}`;
  const httpClient = azureHttpClient(net);
  let opened: { by: string; client: ContainerClient } | undefined;

  /** Returns a client with the newest credentials. */
  async function container(): Promise<ContainerClient> {
    const found = await credentials();
    const by = JSON.stringify(found);
    if (opened?.by !== by)
      opened = { by, client: await containerClient(url, found, { httpClient, retryOptions: RETRIES }) };
    return opened.client;
  }

  /** @throws Problem `invalid_request` */
  async function blob(key: string) {
    if (UNADDRESSABLE.test(key))
      throw new Problem(
        'invalid_request',
        'Azure cannot address a name with a backslash, or with "." or ".." between slashes.',
      );
    return (await container()).getBlockBlobClient(key);
  }

  async function* list({ after, signal }: { after?: string; signal?: AbortSignal }) {
    signal?.throwIfAborted();
    const pages = (await container())
      .listBlobsFlat({
        prefix,
        ...(after !== undefined && { startFrom: after }),
        ...(signal && { abortSignal: signal }),
      })
      .byPage({ maxPageSize: PAGE });
    try {
      for await (const { segment } of pages) {
        signal?.throwIfAborted();
        const objects = segment.blobItems.map((item) => objectOf(item.name, item.properties));
        // `startFrom` includes the key.
        yield objects.filter(({ key }) => key !== after);
      }
    } catch (error) {
      throw azureProblem(error, 'list', name);
    }
  }

  async function stat(key: string): Promise<StorageObject | undefined> {
    try {
      return objectOf(key, await (await blob(key)).getProperties());
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw azureProblem(error, 'read', name);
    }
  }

  /** A condition on a blob that is gone can be answered as one that is not met. */
  const isGone = async (error: unknown, key: string): Promise<boolean> =>
    isMissing(error) || (azureCode(error) === 'ConditionNotMet' && (await stat(key)) === undefined);

  async function read(key: string, changeToken: string, count: number | undefined, signal?: AbortSignal) {
    try {
      return await (await blob(key)).download(0, count, {
        conditions: { ifMatch: `"${changeToken}"` },
        maxRetryRequests: 0,
        ...(signal && { abortSignal: signal }),
      });
    } catch (error) {
      if (!(await isGone(error, key))) throw azureProblem(error, 'read', name);
      throw new Problem('not_found', 'The object is no longer in the storage.');
    }
  }

  return {
    list,
    stat,
    async probe(signal) {
      for await (const page of list(signal ? { signal } : {})) {
        const object = page.find(({ archived }) => !archived);
        if (!object) continue;
        const reply = await read(object.key, object.changeToken, object.size > 0 ? 1 : undefined, signal);
        if (reply.readableStreamBody instanceof Readable) reply.readableStreamBody.destroy();
        return { list: true, read: true, trust: 'not_applicable' };
      }
      return { list: true, read: 'empty', trust: 'not_applicable' };
    },
    async open({ key, changeToken }, { maxBytes, signal }) {
      signal?.throwIfAborted();
      const { readableStreamBody: body, contentLength } = await read(key, changeToken, undefined, signal);
      if (!(body instanceof Readable)) throw new Error('Azure returned no stream');
      if (contentLength !== undefined && contentLength > maxBytes) {
        body.destroy();
        throw tooManyBytes(maxBytes);
      }
      return capBytes(body, { maxBytes, ...(signal && { signal }) }, (error) =>
        azureProblem(error, 'read', name),
      );
    },
    async put(key, bytes, contentType) {
      try {
        const options = { blobHTTPHeaders: { blobContentType: contentType } };
        await (await blob(key)).upload(Buffer.from(bytes), bytes.length, options);
      } catch (error) {
        throw azureProblem(error, 'write', name);
      }
    },
    async remove({ key, changeToken }) {
      try {
        const conditions = { ifMatch: `"${changeToken}"` };
        await (await blob(key)).delete({ conditions, deleteSnapshots: 'include' });
        return true;
      } catch (error) {
        if (await isGone(error, key)) return false;
        throw azureProblem(error, 'write', name);
      }
    },
  };
}

/** Servers at an address have the account in their path. */
const accountAt = (origin: string, account: string): string =>
  /^https?:\/\/(\d+\.){3}\d+(:\d+)?$/.test(origin) ? `${origin}/${account}` : origin;

async function containerClient(
  url: string,
  found: Credentials | undefined,
  options: Parameters<typeof newPipeline>[1],
): Promise<ContainerClient> {
  if (found && 'sas_token' in found)
    return new ContainerClient(
      `${url}?${found.sas_token.replace(/^\?/, '')}`,
      newPipeline(new AnonymousCredential(), options),
    );
  if (found && 'client_secret' in found) {
    const { ClientSecretCredential } = await import('@azure/identity');
    const { tenant_id, client_id, client_secret } = found;
    return new ContainerClient(
      url,
      newPipeline(new ClientSecretCredential(tenant_id, client_id, client_secret), options),
    );
  }
  throw new Problem(
    'storage_access_denied',
    'The storage has no credentials of Azure. Give sas_token, or tenant_id, client_id and client_secret.',
  );
}

const isMissing = (error: unknown): boolean => azureCode(error) === 'BlobNotFound';

interface BlobFacts {
  contentLength?: number | undefined;
  lastModified?: Date | undefined;
  etag?: string | undefined;
  accessTier?: string | undefined;
}

/** Listings write an ETag without quotes, other replies with them. */
const objectOf = (
  key: string,
  { contentLength, lastModified, etag = '', accessTier }: BlobFacts,
): StorageObject => ({
  key,
  size: contentLength ?? 0,
  changedAt: (lastModified ?? new Date(0)).toISOString(),
  changeToken: etag.replaceAll('"', ''),
  archived: accessTier === 'Archive',
});
