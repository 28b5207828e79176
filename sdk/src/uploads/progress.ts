import type { Upload, UploadOutcome, UploadProgress } from './upload.ts';

/** Counts of a run. */
export interface ProgressCounter {
  /** A file is to be sent. */
  known(size: number): void;
  /** So many bytes of a file were sent: those of its latest try. */
  sent(item: Upload, bytes: number): void;
  /** A file has its outcome. @param size of a file that was to be sent */
  settled(item: Upload, status: UploadOutcome['status'], size: number): void;
}

/** Returns a counter, which reports to the caller after each change. */
export function newProgress(
  report: ((progress: Readonly<UploadProgress>) => void) | undefined,
): ProgressCounter {
  const counts: UploadProgress = {
    uploaded: 0,
    duplicate: 0,
    resumed: 0,
    failed: 0,
    bytesSent: 0,
    bytesKnown: 0,
  };
  const sent = new Map<Upload, number>();
  const setSent = (item: Upload, bytes: number) => {
    counts.bytesSent += bytes - (sent.get(item) ?? 0);
    sent.set(item, bytes);
  };
  const publish = () => report?.({ ...counts });
  return {
    known(size) {
      counts.bytesKnown += size;
    },
    sent(item, bytes) {
      setSent(item, bytes);
      publish();
    },
    settled(item, status, size) {
      counts[status] += 1;
      if (status === 'uploaded') setSent(item, size);
      else {
        setSent(item, 0);
        counts.bytesKnown -= size;
      }
      sent.delete(item);
      publish();
    },
  };
}
