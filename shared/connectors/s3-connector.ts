import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Problem } from '#shared/kernel/problems.ts';
import { capBytes, tooManyBytes } from './byte-cap.ts';
import type { Connector, StorageObject } from './connector.ts';
import type { BucketAccess, S3Action } from './s3-access.ts';
import { s3Problem } from './s3-errors.ts';

const PAGE = 1_000;
/** Pages without an object, one after the other, that a server may answer: more are no listing. */
const EMPTY_PAGES = 1_000;
/** Storage classes that are read only after they were restored. */
const ARCHIVES = new Set(['GLACIER', 'DEEP_ARCHIVE']);

export interface S3Location {
  client: S3Client;
  bucket: string;
  prefix: string;
  access: BucketAccess;
  /** The account that the bucket has to belong to, where it is known. */
  owner?: string;
  /** Checks the trust of a role. Absent: there is none. */
  checkTrust?: () => Promise<void>;
}

/** Reads a bucket of S3, or of a server that speaks S3. */
export function s3Connector({ client, bucket, prefix, access, owner, checkTrust }: S3Location): Connector {
  const at = { Bucket: bucket, ...(owner !== undefined && { ExpectedBucketOwner: owner }) };
  const options = (signal: AbortSignal | undefined) => (signal ? { abortSignal: signal } : {});
  const ask = async <Output>(action: S3Action, call: Promise<Output>): Promise<Output> => {
    try {
      return await call;
    } catch (error) {
      throw s3Problem(error, action, access);
    }
  };

  const listPage = (more: { StartAfter?: string; ContinuationToken?: string }, signal?: AbortSignal) =>
    ask(
      'list',
      client.send(
        new ListObjectsV2Command({ ...at, ...more, Prefix: prefix, MaxKeys: PAGE, EncodingType: 'url' }),
        options(signal),
      ),
    );

  async function* list({ after, signal }: { after?: string; signal?: AbortSignal }) {
    let more: Parameters<typeof listPage>[0] = after === undefined ? {} : { StartAfter: after };
    for (let empty = 0; empty < EMPTY_PAGES; ) {
      signal?.throwIfAborted();
      const page = await listPage(more, signal);
      const objects = objectsOf(page);
      yield objects;
      if (!page.IsTruncated) return;
      const last = objects.at(-1)?.key;
      // Some servers leave the token out, or cannot go on by it.
      if (page.NextContinuationToken !== undefined) more = { ContinuationToken: page.NextContinuationToken };
      else if (last !== undefined) more = { StartAfter: last };
      else break;
      empty = objects.length === 0 ? empty + 1 : 0;
    }
    throw new Problem('storage_unreachable', 'The storage lists nothing, and says that there is more.');
  }

  async function stat(key: string): Promise<StorageObject | undefined> {
    try {
      return statedObject(key, await client.send(new HeadObjectCommand({ ...at, Key: key })));
    } catch (error) {
      if (error instanceof NotFound || error instanceof NoSuchKey) return undefined;
      throw s3Problem(error, 'read', access);
    }
  }

  async function read(key: string, changeToken: string, range: string | undefined, signal?: AbortSignal) {
    const command = new GetObjectCommand({ ...at, Key: key, IfMatch: changeToken, Range: range });
    try {
      return await client.send(command, options(signal));
    } catch (error) {
      if (!(error instanceof NoSuchKey)) throw s3Problem(error, 'read', access);
      throw new Problem('not_found', 'The object is no longer in the storage.', { cause: error });
    }
  }

  return {
    list,
    stat,
    async probe(signal) {
      await checkTrust?.();
      const trust = checkTrust ? true : 'not_applicable';
      const objects = objectsOf(await listPage({}, signal));
      const object = objects.find((each) => !each.archived);
      if (!object) return { list: true, read: 'empty', trust };
      // An empty object has no byte that a range could name.
      const range = object.size > 0 ? 'bytes=0-0' : undefined;
      const { Body } = await read(object.key, object.changeToken, range, signal);
      if (Body instanceof Readable) Body.destroy();
      return { list: true, read: true, trust };
    },
    async open({ key, changeToken }, { maxBytes, signal }) {
      signal?.throwIfAborted();
      const { Body, ContentLength } = await read(key, changeToken, undefined, signal);
      if (!(Body instanceof Readable)) throw new Error('S3 returned no stream');
      if (ContentLength !== undefined && ContentLength > maxBytes) {
        Body.destroy();
        throw tooManyBytes(maxBytes);
      }
      return capBytes(Body, { maxBytes, ...(signal && { signal }) }, (error) =>
        s3Problem(error, 'read', access),
      );
    },
    async put(key, bytes, contentType) {
      const command = new PutObjectCommand({ ...at, Key: key, Body: bytes, ContentType: contentType });
      await ask('put', client.send(command));
    },
    async remove({ key, changeToken }) {
      // Servers differ in whether they heed the condition of a deletion.
      const object = await stat(key);
      if (!object) return false;
      if (object.changeToken !== changeToken)
        throw new Problem('object_changed', 'The object has changed since it was listed. Scan again.');
      const command = new DeleteObjectCommand({ ...at, Key: key, IfMatch: changeToken });
      await ask('remove', client.send(command));
      return true;
    },
  };
}

/** Spaces are written as `+`, and plus signs as `%2B`. */
const decodeKey = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '));

function objectsOf({ Contents = [], EncodingType }: ListObjectsV2CommandOutput): StorageObject[] {
  return Contents.flatMap(({ Key, Size = 0, LastModified, ETag = '', StorageClass = '' }) =>
    Key === undefined
      ? []
      : {
          key: EncodingType === 'url' ? decodeKey(Key) : Key,
          size: Size,
          changedAt: inSeconds(LastModified),
          changeToken: ETag,
          archived: ARCHIVES.has(StorageClass),
        },
  );
}

function statedObject(key: string, head: HeadObjectCommandOutput): StorageObject {
  const isRestored = head.Restore?.includes('ongoing-request="false"') ?? false;
  return {
    key,
    size: head.ContentLength ?? 0,
    changedAt: inSeconds(head.LastModified),
    changeToken: head.ETag ?? '',
    archived: ARCHIVES.has(head.StorageClass ?? '') && !isRestored,
  };
}

/** Some servers list milliseconds, and none states them of a single object. */
const inSeconds = (time: Date = new Date(0)): string =>
  new Date(Math.floor(time.getTime() / 1_000) * 1_000).toISOString();
