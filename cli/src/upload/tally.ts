import type { Counts } from '../output/progress.ts';

/** What became of a file, as it is printed. */
export interface Row {
  path: string;
  name: string;
  /** `resumed`: uploaded by an earlier run. `duplicate`: an image with its external id was there. */
  status: 'uploaded' | 'resumed' | 'duplicate' | 'retried' | 'failed';
  image_id?: string;
  error?: { code: string; detail: string };
}

/** Counts of an upload, as its summary shows them. */
export interface Summary {
  files: number;
  uploaded: number;
  resumed: number;
  duplicate: number;
  failed: number;
  indexed: number;
  bytes: number;
}

/** Counts files as their outcomes come. */
export function newTally() {
  const counts: Counts = { files: 0, bytes: 0, sentBytes: 0, sent: 0, indexed: 0, failed: 0, skipped: 0 };
  const by: Record<Row['status'], number> = { uploaded: 0, resumed: 0, duplicate: 0, retried: 0, failed: 0 };
  let sentBefore = 0;
  return {
    counts,
    /** A file was found, before its turn. */
    found(size: number): void {
      counts.files += 1;
      counts.bytes += size;
    },
    /** @param bytes sent so far, in all */
    sending(bytes: number): void {
      counts.sentBytes = Math.max(sentBefore, bytes);
      sentBefore = counts.sentBytes;
    },
    settled({ status }: Row, size: number): void {
      by[status] += 1;
      if (status === 'uploaded') counts.sent += 1;
      else counts.bytes -= size;
      if (status === 'failed') counts.failed += 1;
      if (status === 'resumed' || status === 'duplicate') counts.skipped += 1;
    },
    /** An image that was uploaded failed later. */
    failedLater(): void {
      counts.failed += 1;
    },
    summary: (indexed: number): Summary => ({
      files: by.uploaded + by.resumed + by.duplicate + by.retried + by.failed,
      uploaded: by.uploaded,
      resumed: by.resumed + by.retried,
      duplicate: by.duplicate,
      failed: counts.failed,
      indexed,
      bytes: counts.sentBytes,
    }),
  };
}
