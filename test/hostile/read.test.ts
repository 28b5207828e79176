import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { photograph } from '../fixtures/photographs.ts';
import { HOSTILE_FILES } from './files.ts';
import type { Outcome } from './reader.ts';

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

let reader: ChildProcess;
beforeAll(() => {
  reader = fork(new URL('reader.ts', import.meta.url), {
    serialization: 'advanced',
    execArgv: ['--expose-gc'],
  });
});
afterAll(() => reader.kill());

async function read(bytes: Uint8Array, contentType: string): Promise<Outcome> {
  const ended = once(reader, 'exit').then(([code, signal]) => {
    throw new Error(`The process ended: ${code ?? signal}`);
  });
  reader.send({ bytes, contentType });
  const [outcome] = await Promise.race([once(reader, 'message'), ended]);
  return outcome;
}

describe('a hostile file', () => {
  it.each(HOSTILE_FILES)('is read or refused within 10 s and 1 GB: $name', async ({ make, contentType }) => {
    const { result, code, detail, cpuMs, peakMb } = await read(await make(), contentType);
    expect(result, detail).not.toBe('error');
    if (result === 'problem') expect(STATED).toContain(code);
    expect(detail.length).toBeLessThan(300);
    expect(cpuMs).toBeLessThan(10_000);
    expect(peakMb).toBeLessThan(1024);
  });

  it('leaves the process able to read an honest one', async () => {
    expect(await read(photograph('nagasaki-boats'), 'image/jpeg')).toMatchObject({ result: 'read' });
  });

  it('is one of at least 120, each named once', () => {
    const names = HOSTILE_FILES.map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(120);
    expect(new Set(names).size).toBe(names.length);
  });
});
