import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { uploadProgress } from '../../../cli/src/output/progress.ts';
import { stringWidth } from '../../../cli/src/output/string-width.ts';
import { newContext } from './cli-run.ts';

const START = { files: 40, bytes: 40_000_000, sentBytes: 0, sent: 0, indexed: 0, failed: 0, skipped: 0 };
const HALF = { ...START, sentBytes: 20_000_000, sent: 20, indexed: 10, failed: 2, skipped: 3 };

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Returns the lines that an upload shows which sends half of its bytes in ten seconds. */
function shown({ columns = 80, tty = true, indexing = true, quiet = false } = {}): string[] {
  const { context, printed } = newContext({ tty });
  context.stderr.columns = columns;
  const progress = uploadProgress(context, { quiet }, indexing);
  progress.show(START);
  vi.advanceTimersByTime(10_000);
  progress.show(HALF);
  progress.stop();
  vi.runOnlyPendingTimers();
  return stripVTControlCharacters(printed().stderr)
    .split(/[\r\n]+/)
    .flatMap((line) => line.split(/(?=(?:sent {3}|indexed) [█░])/))
    .filter((line) => line.trim() !== '');
}

it('two bars show the bytes that were sent, with rate and time left, and what is indexed, with failures', () => {
  const lines = shown();
  expect(lines.findLast((line) => line.startsWith('sent'))).toMatch(
    /50% 20\.0 MB\/40\.0 MB · 10 s left · 2\.0 MB\/s$/,
  );
  expect(lines.findLast((line) => line.startsWith('indexed'))).toMatch(
    /26% 10\/40 · 2 failed · 3 done before$/,
  );
});

it.each([80, 60, 40])('a bar fits into %i columns', (columns) => {
  const lines = shown({ columns });
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(stringWidth(line)).toBeLessThan(columns);
});

it('elsewhere a line now and then says the same, and --quiet nothing', () => {
  expect(shown({ tty: false })).toEqual(['sent 20/40, 20.0 MB · indexed 10 · 2 failed · 3 done before']);
  expect(shown({ quiet: true })).toEqual([]);
});
