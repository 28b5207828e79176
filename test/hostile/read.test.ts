import { afterAll, describe, expect, it } from 'vitest';
import { processImaging } from '#shared/imaging/process-imaging.ts';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { photograph } from '../fixtures/photographs.ts';
import { watchReaders } from '../fixtures/reader-processes.ts';
import { HOSTILE_FILES } from './files.ts';
import { ANSWER_MS, MEMORY_MB, STATED } from './stated.ts';

const imaging = processImaging({ seconds: 20 }); // as in validation
const readers = watchReaders();
afterAll(() => readers.stop());

describe('a hostile file that only an upload can hold', () => {
  it.each(HOSTILE_FILES.filter(({ isLarge }) => isLarge))(
    'is read or refused within 10 s and 1 GB: $name',
    async ({ make, contentType }) => {
      const bytes = await make();
      expect(bytes.length).toBeGreaterThan(IMAGE_LIMITS.inlineBytes);
      readers.takePeakMb();
      const started = performance.now();
      const error = await imaging.read(bytes, { declaredType: contentType }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(performance.now() - started).toBeLessThan(ANSWER_MS);
      if (error) {
        expect(error).toBeInstanceOf(Problem);
        const { code, message, retryable } = error as Problem; // checked above
        expect(STATED).toContain(code);
        expect(message.length).toBeLessThan(300);
        expect(retryable).toBe(false);
      }
      const peakMb = readers.takePeakMb();
      expect(peakMb).toBeGreaterThan(0); // else nothing was watched
      expect(peakMb).toBeLessThan(MEMORY_MB);
    },
  );

  it('leaves the process able to read an honest one', async () => {
    await expect(imaging.read(photograph('nagasaki-boats'))).resolves.toMatchObject({ format: 'jpeg' });
  });
});

describe('the hostile files', () => {
  it('are over 200, each named once', () => {
    const names = HOSTILE_FILES.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(200);
    expect(new Set(names).size).toBe(names.length);
  });
});
