import sharp from 'sharp';
import { expect } from 'vitest';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { liveness } from '#shared/contracts/http/service.ts';
import { call, newTenant, settled, upload } from '../e2e/client.ts';
import { photograph } from '../fixtures/photographs.ts';

const BASELINE_CALLS = 25;

/** A tenant of whom others must take nothing: searches, and measures how long it takes. */
export async function honestTenant() {
  const client = await newTenant('honest');
  const photo = photograph('acanthus-mollis');
  const stored = await upload(client, photo, { filename: 'acanthus.jpg' });
  expect((await settled(client, stored)).status).toBe('indexed');
  const image = (await sharp(photo).resize(400).jpeg().toBuffer()).toString('base64');
  const baseline: number[] = [];
  const beside: number[] = [];
  let searches = 0;

  /** Searches with one image, each time with another threshold: no answer is cached. @returns milliseconds */
  async function search(): Promise<number> {
    const started = performance.now();
    const body = { image, similarity_threshold: 0.5 + ++searches / 1e6 };
    const reply = await client.call(searchSimilarity, { body });
    const took = performance.now() - started;
    expect(reply.status).toBe(200);
    expect(reply.body.results.map(({ image_id }) => image_id)).toEqual([stored]);
    return took;
  }

  for (let pair = 0; pair < 3; pair++) await Promise.all([search(), search()]); // both processes are warm then
  for (let count = 0; count < BASELINE_CALLS; count++) baseline.push(await search());

  return {
    search,
    /** Searches until a call of somebody else is answered, at least once. @returns its reply and milliseconds */
    async during<Reply>(send: () => Promise<Reply>): Promise<{ reply: Reply; took: number }> {
      const started = performance.now();
      let took: number | undefined;
      const hostile = send().finally(() => {
        took = performance.now() - started;
      });
      hostile.catch(() => {}); // awaited below
      do beside.push(await search());
      while (took === undefined);
      return { reply: await hostile, took };
    },
    /** Expects the service to be alive, and its searches beside others to have taken less than twice as long. */
    async expectUnharmed(): Promise<void> {
      expect((await call(liveness)).status).toBe(200);
      await search();
      const [alone, besideOthers] = [median(baseline), median(beside)];
      expect(besideOthers, `${beside.length} searches; one alone takes ${alone} ms`).toBeLessThan(2 * alone);
    },
  };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
