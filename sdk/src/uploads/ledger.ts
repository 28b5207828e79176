/**
 * How far the upload of a file is: `asked`, a form is requested; `presigned`, the image has a form; `uploaded`. An entry is written
 * before the step after it, so that whatever a run is broken off at, the next one finds the image.
 */
export type LedgerEntry =
  | { state: 'asked' }
  | { state: 'presigned'; image_id: string }
  | { state: 'uploaded'; image_id: string };

/** Remembers uploads by the identity of their files. `openLedger` of `@deeplens/sdk/node` keeps one in a file. */
export interface Ledger {
  get(identity: string): LedgerEntry | undefined | Promise<LedgerEntry | undefined>;
  put(identity: string, entry: LedgerEntry): void | Promise<void>;
}
