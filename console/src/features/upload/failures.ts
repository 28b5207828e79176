/** A file that is not searchable, and why. */
export interface UploadFailure {
  path: string;
  code: string;
  detail: string;
  /** Of a file that was sent, and failed afterwards. */
  imageId?: string | undefined;
  /** True if the same file can succeed. */
  retryable: boolean;
}

/** Failures of one code. */
export interface FailureGroup {
  code: string;
  /** Of the first of them. */
  detail: string;
  whatToDo: string;
  failures: UploadFailure[];
}

const REPLACE = 'The file itself is at fault: replace it, then bring it in again.';
const WHAT_TO_DO: Record<string, string> = {
  unreadable_image: REPLACE,
  truncated: 'The file ends too early, as after a copy that broke off: replace it.',
  unsupported_media_type: 'Convert it to JPEG, PNG, WebP, GIF, TIFF, AVIF, HEIC or BMP.',
  type_mismatch: 'The file is none of the pictures its name says: replace it.',
  too_many_pixels: 'Reduce it below the limit of pixels.',
  payload_too_large: 'Reduce it below the limit of bytes.',
  low_detail: 'It is nearly one colour: there is nothing to compare. Leave it out.',
  checksum_mismatch: 'The file changed while it was sent: retry.',
  quota_exceeded: 'Delete pictures, or change to a larger plan, then retry.',
  conflict: 'Another picture has its external id.',
  rate_limited: 'Retry in a minute.',
};

/** Groups failures by code, the most frequent first. */
export function groupFailures(failures: readonly UploadFailure[]): FailureGroup[] {
  const byCode = Map.groupBy(failures, ({ code }) => code);
  return Array.from(byCode, ([code, each]) => ({
    code,
    detail: each[0]?.detail ?? '',
    whatToDo: WHAT_TO_DO[code] ?? (each.some(({ retryable }) => retryable) ? 'Retry.' : REPLACE),
    failures: each,
  })).sort((one, other) => other.failures.length - one.failures.length);
}

/** Returns seconds until all is sent, at the speed so far; undefined as long as that is not known. */
export function secondsLeft(sent: number, total: number, elapsedMs: number): number | undefined {
  return sent > 0 && elapsedMs > 1_000 ? ((total - sent) * elapsedMs) / sent / 1000 : undefined;
}
