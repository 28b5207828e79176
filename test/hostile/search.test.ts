import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { type Client, newTenant } from '../e2e/client.ts';
import { readStack } from '../e2e/stack.ts';
import { watchReaders } from '../fixtures/reader-processes.ts';
import { HOSTILE_FILES } from './files.ts';
import { honestTenant } from './honest.ts';
import { ANSWER_MS, MEMORY_MB, STATED } from './stated.ts';

let client: Client;
let honest: Awaited<ReturnType<typeof honestTenant>>;
let readers: ReturnType<typeof watchReaders>;
beforeAll(async () => {
  client = await newTenant('hostile');
  honest = await honestTenant();
  readers = watchReaders(readStack().pids.emulator);
});
afterAll(() => readers.stop());

describe('a search with a hostile file', () => {
  it.each(HOSTILE_FILES.filter(({ isLarge }) => !isLarge))(
    'is answered within 10 s and 1 GB: $name',
    async ({ make, contentType }) => {
      const bytes = await make();
      expect(bytes.length).toBeLessThanOrEqual(IMAGE_LIMITS.inlineBytes);
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(bytes)], { type: contentType }), 'file');
      readers.takePeakMb();
      const { reply, took } = await honest.during(() => client.call(searchSimilarity, { form }));
      expect(took).toBeLessThan(ANSWER_MS);
      if (reply.status !== 200) expect(STATED).toContain(reply.body.code);
      expect(reply.body.detail?.length ?? 0).toBeLessThan(300);
      const peakMb = readers.takePeakMb();
      expect(peakMb).toBeGreaterThan(0); // else nothing was watched
      expect(peakMb).toBeLessThan(MEMORY_MB);
    },
  );

  it('leaves honest searches less than twice as slow, and the service alive', async () => {
    await honest.expectUnharmed();
  });
});
