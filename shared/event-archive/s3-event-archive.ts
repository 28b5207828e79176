import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { orUnavailable } from '#shared/aws/unavailable.ts';
import { AnyEvent } from '#shared/contracts/events/envelope.ts';
import { type EventArchive, PAGE } from './event-archive.ts';

/** The archive under `events/{type}/{day}/{tenant}/` of the images bucket. */
export function s3EventArchive({
  bucket,
  client = new S3Client(),
}: {
  bucket: string;
  client?: S3Client;
}): EventArchive {
  async function get(key: string): Promise<AnyEvent | undefined> {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return Body && AnyEvent.parse(JSON.parse(await Body.transformToString()));
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }
  return {
    async read(type, day, after) {
      const list = new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: `events/${type}/${day}/`,
        MaxKeys: PAGE,
        ...(after !== undefined && { StartAfter: after }),
      });
      const { Contents = [], IsTruncated } = await orUnavailable('The object store', client.send(list));
      const keys = Contents.flatMap(({ Key }) => Key ?? []);
      const read = await orUnavailable('The object store', Promise.all(keys.map(get)));
      const next = IsTruncated ? keys.at(-1) : undefined;
      return { events: read.filter((each) => each !== undefined), ...(next !== undefined && { next }) };
    },
  };
}
