import { ApiError, type DeepLens } from '@deeplens/sdk';
import { type FileLedger, fileOnDisk } from '@deeplens/sdk/node';
import type { FoundAgain } from './from-failures.ts';
import type { Files, Retried } from './run-upload.ts';
import { type ItemOptions, itemOf } from './source.ts';

interface Options extends ItemOptions {
  again?: boolean | undefined;
}

/** Returns how an upload reads its files: the folders are gone through twice, once for the total. */
export const filesOf = (find: (noted: boolean) => AsyncIterable<FoundAgain>, options: Options): Files => ({
  async *sizes() {
    for await (const { size } of find(false)) yield size;
  },
  async *items(ledger, client, signal) {
    for await (const found of find(true)) {
      if (options.again) await forget(found, ledger);
      const retried = await retryImage(found, ledger, client, signal);
      yield retried ?? (await itemOf(found, options, signal));
    }
  },
});

/** Returns the name of a file in the ledger, if it was uploaded as it is now. */
async function uploadedAs({ path }: FoundAgain, ledger: FileLedger): Promise<string | undefined> {
  const { identity } = await fileOnDisk(path)
    .describe()
    .catch(() => ({ identity: undefined }));
  return identity !== undefined && ledger.get(identity)?.state === 'uploaded' ? identity : undefined;
}

/** Has a file uploaded once more. */
async function forget(found: FoundAgain, ledger: FileLedger): Promise<void> {
  const identity = await uploadedAs(found, ledger);
  if (identity !== undefined) ledger.put(identity, { state: 'asked' });
}

/** Sends an image that failed through the pipeline again, if its file is the one that was uploaded. */
async function retryImage(
  found: FoundAgain,
  ledger: FileLedger,
  client: DeepLens,
  signal: AbortSignal,
): Promise<Retried | undefined> {
  const { path, name, size, image_id } = found;
  if (image_id === undefined || (await uploadedAs(found, ledger)) === undefined) return undefined;
  try {
    await client.images.retry(image_id, { signal });
    return { retried: image_id, path, name, size };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status === 401 || error.status === 403 || error.status >= 429)
      throw error;
    // It cannot be retried, or is gone: it is uploaded anew.
    await forget(found, ledger);
    return undefined;
  }
}
