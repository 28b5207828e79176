import type { ApiClient } from '../client.ts';
import { ApiError, apiError, type DeepLensError } from '../errors.ts';
import type { Image, UploadFile } from '../generated/types.gen.ts';
import type { RateLimits } from '../rate-limit.ts';
import type { Ledger } from './ledger.ts';
import type { HeldForm } from './post-file.ts';
import type { FileFacts, Upload, UploadSource } from './upload.ts';

/** A file that is to be sent. */
export interface Prepared<Item extends Upload = Upload> {
  item: Item;
  source: UploadSource;
  facts: FileFacts;
  sha256: string | undefined;
  /** True if a form that was not used is our own: requested in this run, or by the ledger in an earlier one. */
  isOurs: boolean;
}

/** What became of the request for a form: `limited` is the seconds until the limit of uploads allows more. */
export type Presigned =
  | { held: HeldForm }
  | { duplicate: Image }
  | { error: DeepLensError }
  | { limited: number };

/** Tries after the first: an outage of half a minute does not break off a long run. */
const RETRIES = 8;
/** Seconds to wait for a limit whose end is not known. */
const WINDOW_S = 60;

const fileOf = ({ item, facts, sha256 }: Prepared): UploadFile => ({
  filename: facts.filename,
  size: facts.size,
  ...(facts.contentType !== undefined && { content_type: facts.contentType }),
  ...(sha256 !== undefined && { sha256 }),
  ...(item.external_id !== undefined && { external_id: item.external_id }),
  ...(item.metadata !== undefined && { metadata: item.metadata }),
});

/**
 * Requests a form for each file. An unused form of our own that holds a file's external id is given up first.
 * @throws AuthenticationError, PermissionDeniedError, ConnectionError, ServerError: they concern all files
 */
export async function presign(
  client: ApiClient,
  files: readonly Prepared[],
  ledger: Ledger | undefined,
  signal: AbortSignal,
): Promise<Presigned[]> {
  await noteAll(ledger, files, () => ({ state: 'asked' }));
  const presigned = await ask(client, files, signal);
  const taken = files.filter((file, index) => isUnused(presigned[index]) && file.isOurs);
  for (const file of taken) await giveUp(client, duplicateOf(presigned[files.indexOf(file)]), signal);
  const again = taken.length > 0 ? await ask(client, taken, signal) : [];
  const results = presigned.map((result, index): Presigned => {
    const file = files[index];
    const second = file && again[taken.indexOf(file)];
    return refuseUnused(second ?? result);
  });
  await noteAll(ledger, files, (index) => {
    const result = results[index];
    return result && 'held' in result
      ? { state: 'presigned', image_id: result.held.form.image_id }
      : undefined;
  });
  return results;
}

async function noteAll(
  ledger: Ledger | undefined,
  files: readonly Prepared[],
  entryAt: (index: number) => Parameters<Ledger['put']>[1] | undefined,
): Promise<void> {
  for (const [index, { facts }] of files.entries()) {
    const entry = entryAt(index);
    if (entry && facts.identity !== undefined) await ledger?.put(facts.identity, entry);
  }
}

const duplicateOf = (result: Presigned | undefined): Image | undefined =>
  result && 'duplicate' in result ? result.duplicate : undefined;
const isUnused = (result: Presigned | undefined): boolean => duplicateOf(result)?.status === 'pending_upload';

/** The image of an unused form is none yet: another upload has its external id. */
function refuseUnused(result: Presigned): Presigned {
  const image = duplicateOf(result);
  if (image?.status !== 'pending_upload') return result;
  const problem = {
    code: 'conflict' as const,
    title: 'The external id is taken',
    detail: `Another upload holds the external_id ${image.external_id}; if it is not used, it is free within an hour and a half.`,
    existing_image_id: image.image_id,
  };
  return { error: refusal(409, problem, new Headers()) };
}

const refusal = (
  status: number,
  problem: ConstructorParameters<typeof ApiError>[0]['problem'],
  headers: Headers,
  rateLimit: RateLimits = {},
) =>
  apiError({
    method: 'POST',
    path: '/uploads',
    status,
    headers,
    problem,
    body: problem,
    rateLimit,
    retryAfter: undefined,
  });

/** Deletes an image that was never sent, so that its external id is free. */
export async function giveUp(
  client: ApiClient,
  image: { image_id: string } | undefined,
  signal: AbortSignal,
) {
  if (!image) return;
  try {
    await client.call('deleteImage', { path: { image_id: image.image_id } }, { signal });
  } catch (error) {
    // Gone is what it is to be.
    if (!(error instanceof ApiError) || ![404, 409, 410].includes(error.status)) throw error;
  }
}

async function ask(client: ApiClient, files: readonly Prepared[], signal: AbortSignal): Promise<Presigned[]> {
  const input = { body: { files: files.map(fileOf) }, query: { on_conflict: 'return' as const } };
  try {
    const call = client.call('requestUploads', input, { signal, maxRetries: RETRIES });
    const { data, response, rateLimit } = await call.withResponse();
    const answeredAt = Date.parse(response.headers.get('date') ?? '') || Date.now();
    return data.uploads.map((entry) => {
      if ('url' in entry)
        // By the service's clock, as this machine's may be wrong.
        return { held: { form: entry, endsAt: Date.now() + Date.parse(entry.expires_at) - answeredAt } };
      if (!('error' in entry)) return { duplicate: entry };
      const { uploads } = rateLimit;
      if (entry.error.code === 'rate_limited' && uploads?.limit !== 0)
        return { limited: uploads?.resetsInS ?? WINDOW_S };
      return { error: refusal(entry.error.status, entry.error, response.headers, rateLimit) };
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.code === 'rate_limited')
      return files.map(() => ({
        limited: error.retryAfter ?? error.rateLimit.uploads?.resetsInS ?? WINDOW_S,
      }));
    if (error.status === 401 || error.status === 403 || error.status >= 500) throw error;
    return files.map(() => ({ error }));
  }
}
