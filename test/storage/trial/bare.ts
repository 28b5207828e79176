import pLimit from 'p-limit';
import { deriveImage, sha256Of } from '#shared/images/derive-image.ts';
import { processImaging } from '#shared/imaging/process-imaging.ts';
import { newImageId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { settingsOf } from '#shared/kernel/settings.ts';
import type { Place } from './places.ts';
import { ACME } from './stores.ts';

/** As many as the scan reads at once. */
const CONCURRENCY = 8;

async function secondsOf(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return (performance.now() - started) / 1_000;
}

/** A second: objects listed; listed and read; read and decoded as by the scan. */
export interface Bare {
  listed: number;
  read: number;
  decoded: number;
}

/** Times the bare SDK: listing everything, and reading it; and reading some of it with the same decoding, without a scan. */
export async function timeBare(place: Place, decoded: number): Promise<Bare> {
  const keys: string[] = [];
  const list = await secondsOf(async () => {
    for await (const page of place.list()) keys.push(...page);
  });
  const limit = pLimit(CONCURRENCY);
  const atOnce = (some: readonly string[], work: (key: string) => Promise<unknown>) =>
    Promise.all(some.map((key) => limit(() => work(key))));
  const read = await secondsOf(() => atOnce(keys, place.read));
  const { thumbnail_sizes } = settingsOf(undefined);
  const imaging = processImaging({ seconds: 20 });
  const some = keys.slice(0, decoded);
  const decode = await secondsOf(() =>
    atOnce(some, async (key) => {
      const bytes = await place.read(key);
      const file = { bytes, sha256: sha256Of(bytes), declaredType: 'application/octet-stream' };
      try {
        await deriveImage(imaging, ACME, newImageId(), { ...file, sizes: thumbnail_sizes });
      } catch (error) {
        if (!(error instanceof Problem)) throw error; // the broken ones
      }
    }),
  );
  return { listed: keys.length / list, read: keys.length / (list + read), decoded: some.length / decode };
}
