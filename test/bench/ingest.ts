// `npm run bench:ingest -- --photos DIR`: measures the CPU that verification of copies adds to ingest.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { tenantId } from '#shared/kernel/ids.ts';
import { cpuMsSince } from '../cpu-time.ts';
import { eachOf } from '../each-of.ts';
import { LOOK_ALIKES, lookAlike } from '../eval/look-alikes.ts';
import { type NamedImage, photographs } from '../eval/photographs.ts';
import { openService, type Service } from '../eval/service.ts';

const { values: options } = parseArgs({
  options: {
    photos: { type: 'string' },
    items: { type: 'string', default: '24' },
    side: { type: 'string', default: '2400' },
    runs: { type: 'string', default: '3' },
  },
});
if (!options.photos) {
  console.error(
    'usage: npm run bench:ingest -- --photos DIR [--items IMAGES OF EACH KIND] [--side PIXELS] [--runs TIMES]',
  );
  process.exit(2);
}
/** The most that verification may add, as a share of the CPU of ingest by vectors alone. */
const MAX_EXTRA = 0.15;

const items = Number(options.items);
const runs = Array.from({ length: Number(options.runs) }, (_, run) => run);

/** Scales the longer side to that of a camera or scanner: verification costs the same at all sizes, decoding does not. */
async function scaled(bytes: Uint8Array): Promise<Uint8Array> {
  const side = Number(options.side);
  return await sharp(bytes).resize(side, side, { fit: 'inside' }).jpeg({ quality: 90 }).toBuffer();
}

const mean = (numbers: readonly number[]) =>
  numbers.reduce((total, each) => total + each, 0) / numbers.length;

/**
 * Measures the mean CPU of an image, for each service. The mean, not the minimum of the runs: one garbage collection clears the
 * garbage of many images, and the minimum would leave it out.
 */
async function costIn(library: string, images: readonly NamedImage[], services: readonly Service[]) {
  const costs: number[][] = services.map(() => []);
  for (const run of runs) {
    const tenant = tenantId(`${library}-${run}`);
    await eachOf(`${library}, run ${run + 1}`, [...images.entries()], async ([at, { name, load }]) => {
      const bytes = await scaled(await load());
      // Alternates the order: the second of a pair also collects the first one's garbage.
      const order = [...services.entries()];
      for (const [which, service] of (at + run) % 2 === 0 ? order : order.toReversed()) {
        const before = process.cpuUsage();
        await service.ingest(tenant, bytes, name);
        costs[which]?.push(cpuMsSince(before));
      }
    });
  }
  return costs.map(mean);
}

const folder = await mkdtemp(join(tmpdir(), 'deeplens-ingest-'));
try {
  // One thread, so that CPU time does not include threads that wait for each other. Imaging uses one anyway.
  const open = (name: string, vectorsAlone: boolean) =>
    openService({ indexDir: join(folder, name), model: 'deeplens-lite-v1', threads: 1, vectorsAlone });
  const libraries: Record<string, NamedImage[]> = { photographs: await photographs(options.photos, items) };
  for (const kind of LOOK_ALIKES)
    libraries[kind] = Array.from({ length: items }, (_, at) => ({
      name: `${kind}-${at}.jpg`,
      load: () => lookAlike(kind, at),
    }));
  console.log('CPU an image, ms           vectors alone      all    extra');
  for (const [library, images] of Object.entries(libraries)) {
    const services = [await open(`${library}-vectors`, true), await open(`${library}-all`, false)];
    const [alone = 0, all = 0] = await costIn(library, images, services);
    const extra = all / alone - 1;
    console.log(
      `${library.padEnd(27)}${alone.toFixed(1).padStart(13)}${all.toFixed(1).padStart(9)}${(extra * 100).toFixed(1).padStart(7)} %`,
    );
    if (extra > MAX_EXTRA) process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true });
}
