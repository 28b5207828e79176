import { readFileSync, writeFileSync } from 'node:fs';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { Problem } from '#shared/kernel/problems.ts';

/** What reading a file came to, and what it took. */
export interface Outcome {
  result: 'read' | 'problem' | 'error';
  /** Of the problem, or of the error. */
  code: string;
  detail: string;
  /** CPU time of all threads: the wall time on idle cores. */
  cpuMs: number;
  peakMb: number;
}

const imaging = sharpImaging();

process.on('message', async ({ bytes, contentType }: { bytes: Uint8Array; contentType: string }) => {
  globalThis.gc?.(); // the rasters of files before
  writeFileSync('/proc/self/clear_refs', '5'); // resets the peak
  const before = process.cpuUsage();
  const result = await imaging.read(bytes, contentType).then(
    () => ({ result: 'read', code: '', detail: '' }) as const,
    (error: unknown) =>
      error instanceof Problem
        ? ({ result: 'problem', code: error.code, detail: error.message } as const)
        : ({ result: 'error', code: '', detail: String(error) } as const),
  );
  const { user, system } = process.cpuUsage(before);
  const peakKb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
  const outcome: Outcome = { ...result, cpuMs: (user + system) / 1000, peakMb: peakKb / 1024 };
  process.send?.(outcome);
});
