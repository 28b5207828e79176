import { describe, expect, it } from 'vitest';
import { processImaging } from '#shared/imaging/process-imaging.ts';
import type { Problem } from '#shared/kernel/problems.ts';
import { CORPUS, type Outcome } from './corpus/corpus.ts';
import { ANSWER_MS } from './stated.ts';

const imaging = processImaging({ seconds: 20 }); // as in validation

describe('the corpus of formats', () => {
  it.each(CORPUS)('ends as its table says: $name', async ({ name, make, declared, ...expected }) => {
    const bytes = await make();
    const started = performance.now();
    const outcome = await imaging.read(bytes, { declaredType: declared }).then(
      ({ format, width, height, frames, pages, warnings }): Outcome => ({
        format,
        warnings: warnings.map(({ code }) => code),
        ...(expected.size && { size: [width, height] }),
        ...(frames !== undefined && { frames }),
        ...(pages !== undefined && { pages }),
      }),
      ({ code }: Problem): Outcome => ({ code }),
    );
    expect(outcome).toEqual(expected.code ? { code: expected.code } : { warnings: [], ...expected });
    expect(performance.now() - started).toBeLessThan(ANSWER_MS);
  });

  it('has at least 150 files, each named once', () => {
    expect(new Set(CORPUS.map(({ name }) => name)).size).toBe(CORPUS.length);
    expect(CORPUS.length).toBeGreaterThanOrEqual(150);
  });
});
