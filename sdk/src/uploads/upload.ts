import type { DeepLensError } from '../errors.ts';
import type { Image, UploadFile, UploadForm } from '../generated/types.gen.ts';
import type { Ledger } from './ledger.ts';

/** What storage answered to a posted form. */
export interface PostReply {
  status: number;
  /** XML with a `Code`, if it refuses. */
  text: string;
}

/** A file that can be read more than once, as a try that fails is repeated. `fileOnDisk` of `@deeplens/sdk/node` makes one. */
export interface UploadSource {
  /** Returns what is known before its bytes are read. @throws an error that fails this file alone */
  describe(): Promise<FileFacts>;
  /** Returns the SHA-256 in lower-case hex; undefined if the platform has none. */
  sha256(facts: FileFacts, signal: AbortSignal): Promise<string | undefined>;
  /** Posts a form with the file. @param onSent called with the bytes of the file that were sent so far */
  post(form: UploadForm, facts: FileFacts, options: PostOptions): Promise<PostReply>;
}
export interface FileFacts {
  filename: string;
  /** Bytes. */
  size: number;
  contentType?: string | undefined;
  /** The name of the file in a ledger: another one once the file has changed. */
  identity?: string | undefined;
}
export interface PostOptions {
  signal: AbortSignal;
  onSent(bytes: number): void;
}

/** A file to upload. */
export interface Upload {
  /** A Blob (in a page a File), or `fileOnDisk` of `@deeplens/sdk/node`. */
  file: Blob | UploadSource;
  /** By default the name of the file. */
  filename?: string | undefined;
  content_type?: string | undefined;
  external_id?: string | undefined;
  metadata?: UploadFile['metadata'] | undefined;
}

/**
 * What became of a file: `uploaded`; `duplicate`, if an image with its `external_id` was there; `resumed`, if by the ledger an earlier
 * run has uploaded it; or `failed`.
 */
export type UploadOutcome<Item extends Upload = Upload> =
  | { item: Item; status: 'uploaded' | 'resumed'; image_id: string }
  | { item: Item; status: 'duplicate'; image_id: string; image: Image }
  | { item: Item; status: 'failed'; error: DeepLensError };

/** Counts of files that have an outcome, and bytes. */
export interface UploadProgress {
  uploaded: number;
  duplicate: number;
  resumed: number;
  failed: number;
  /** Bytes of files that were sent; of a file that is sent again they count once. */
  bytesSent: number;
  /** Bytes of the files that were read from the source so far, less those that are not sent. */
  bytesKnown: number;
}

export interface UploadOptions {
  /** Files that are posted at once: 6. */
  concurrency?: number;
  /** Forms that are requested at once: 20, at most 100. */
  presignBatch?: number;
  /** Tries of a file after the first: 4. */
  maxRetries?: number;
  /** Called after each outcome and with each part that was sent. */
  onProgress?: (progress: Readonly<UploadProgress>) => void;
  signal?: AbortSignal | undefined;
  /** Remembers what was uploaded, so that a run which was broken off can be repeated. */
  ledger?: Ledger | undefined;
}
