import type { ApiClient } from '../client.ts';
import { DeepLensError } from '../errors.ts';
import type { Image } from '../generated/types.gen.ts';
import { blobSource } from './blob-source.ts';
import type { Ledger, LedgerEntry } from './ledger.ts';
import { giveUp, type Prepared } from './presign.ts';
import type { FileFacts, Upload, UploadOutcome, UploadSource } from './upload.ts';

export interface PrepareBatch<Item extends Upload> {
  client: ApiClient;
  ledger: Ledger | undefined;
  signal: AbortSignal;
  /** Takes the outcome of a file that is not to be sent. */
  settle(outcome: UploadOutcome<Item>): Promise<void>;
}

/** A file whose facts are known, with what the ledger says of it. */
interface Described<Item extends Upload> {
  item: Item;
  source: UploadSource;
  facts: FileFacts;
  entry: LedgerEntry | undefined;
}

/** Returns an error as one of the SDK. */
export const asError = (error: unknown): DeepLensError =>
  error instanceof DeepLensError
    ? error
    : new DeepLensError(error instanceof Error ? error.message : String(error), { cause: error });

/** Returns the files of a batch that are to be sent; the others have their outcomes. */
export async function prepareBatch<Item extends Upload>(
  items: readonly Item[],
  context: PrepareBatch<Item>,
): Promise<Prepared<Item>[]> {
  const { client, ledger, signal, settle } = context;
  const unsent: Described<Item>[] = [];
  for (const item of items) {
    const file = await describeFile(item, context).catch(asError);
    if (file instanceof DeepLensError) await settle({ item, status: 'failed', error: file });
    else if (file.entry?.state === 'uploaded')
      await settle({ item, status: 'resumed', image_id: file.entry.image_id });
    else unsent.push(file);
  }
  const arrived = await arrivedImages(client, unsent, signal);
  const prepared: Prepared<Item>[] = [];
  for (const { item, source, facts, entry } of unsent) {
    const image = entry?.state === 'presigned' ? arrived.get(entry.image_id) : undefined;
    if (image) {
      const { image_id } = image;
      if (facts.identity !== undefined) await ledger?.put(facts.identity, { state: 'uploaded', image_id });
      await settle({ item, status: 'resumed', image_id });
      continue;
    }
    try {
      const sha256 = await source.sha256(facts, signal);
      prepared.push({ item, source, facts, sha256, isOurs: entry !== undefined });
    } catch (error) {
      if (signal.aborted) throw error;
      await settle({ item, status: 'failed', error: asError(error) });
    }
  }
  return prepared;
}

/** Returns the facts of a file. @throws the error of its source */
async function describeFile<Item extends Upload>(
  item: Item,
  { client, ledger }: PrepareBatch<Item>,
): Promise<Described<Item>> {
  const source = item.file instanceof Blob ? blobSource(item.file, client.fetch) : item.file;
  const described = await source.describe();
  const facts = {
    ...described,
    filename: item.filename ?? described.filename,
    contentType: item.content_type ?? described.contentType,
  };
  const entry = facts.identity === undefined ? undefined : await ledger?.get(facts.identity);
  return { item, source, facts, entry };
}

/**
 * Returns the images of files whose upload was broken off after they had a form, if their bytes arrived. Deletes those whose bytes did
 * not: their forms are lost.
 * @returns by image id
 */
async function arrivedImages(
  client: ApiClient,
  files: readonly { entry: LedgerEntry | undefined }[],
  signal: AbortSignal,
): Promise<Map<string, Image>> {
  const ids = files.flatMap(({ entry }) => (entry?.state === 'presigned' ? [entry.image_id] : []));
  if (ids.length === 0) return new Map();
  const { images } = await client.call('listImages', { query: { ids: ids.join() } }, { signal });
  for (const image of images) if (image.status === 'pending_upload') await giveUp(client, image, signal);
  return new Map(
    images.filter(({ status }) => status !== 'pending_upload').map((image) => [image.image_id, image]),
  );
}
