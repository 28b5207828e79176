import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { processImaging } from '#shared/imaging/process-imaging.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { photograph } from '../fixtures/photographs.ts';
import { readerProcesses } from '../fixtures/reader-processes.ts';
import { HOSTILE_FILES } from './files.ts';

/** The outcomes that a stranger's file may have, besides being read. */
const STATED = [
  'unsupported_media_type',
  'unreadable_image',
  'too_many_pixels',
  'too_many_frames',
  'type_mismatch',
  'truncated',
  'low_detail',
  'payload_too_large',
];
/** As in the function that searches. */
const imaging = processImaging({ seconds: 8 });

/** Returns the peak resident memory of the reading process since the last call, in MB. */
function peakMb(): number {
  const [reader] = readerProcesses();
  const status = reader ? readFileSync(`/proc/${reader.pid}/status`, 'latin1') : '';
  if (reader) writeFileSync(`/proc/${reader.pid}/clear_refs`, '5');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

describe('a hostile file', () => {
  it.each(HOSTILE_FILES)('is read or refused within 10 s and 1 GB: $name', async ({ make, contentType }) => {
    const bytes = await make();
    peakMb();
    const started = performance.now();
    const error = await imaging.read(bytes, { declaredType: contentType }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(performance.now() - started).toBeLessThan(10_000);
    if (error) {
      expect(error).toBeInstanceOf(Problem);
      const { code, message, retryable } = error as Problem; // checked above
      expect(STATED).toContain(code);
      expect(message.length).toBeLessThan(300);
      expect(retryable).toBe(false);
    }
    expect(peakMb()).toBeLessThan(1024);
  });

  it('leaves the service able to read an honest one', async () => {
    await expect(imaging.read(photograph('nagasaki-boats'))).resolves.toMatchObject({ format: 'jpeg' });
  });

  it('is one of at least 120, each named once', () => {
    const names = HOSTILE_FILES.map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(120);
    expect(new Set(names).size).toBe(names.length);
  });
});
