export type { ApiPromise } from './api-promise.ts';
export type { Answer } from './attempt.ts';
export { ApiClient, type RawInput } from './client.ts';
export { DeepLens } from './deeplens.ts';
export * from './errors.ts';
export { type Operations, VERSION } from './generated/operations.gen.ts';
export type * from './generated/types.gen.ts';
export type { CallOptions, ClientOptions, Fetch, ResponseEvent, Token } from './options.ts';
export type { Page, PagePromise } from './page.ts';
export type { RateLimit, RateLimits } from './rate-limit.ts';
export type { ListImages } from './resources/images.ts';
export type { Ledger, LedgerEntry } from './uploads/ledger.ts';
export { StorageError } from './uploads/post-file.ts';
export type {
  FileFacts,
  PostOptions,
  PostReply,
  Upload,
  UploadOptions,
  UploadOutcome,
  UploadProgress,
  UploadSource,
} from './uploads/upload.ts';
export type { WaitForJob } from './wait-for-job.ts';
export { IndexingError, type WaitUntilIndexed } from './wait-until-indexed.ts';
