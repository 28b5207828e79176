// `npm run bench:ingest -- --photos DIR`: what telling copies from look-alikes adds to the CPU of bringing a picture in.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { tenantId } from '#shared/kernel/ids.ts';
import { cpuMsSince } from '../cpu-time.ts';
import { eachOf } from '../each-of.ts';
import { LOOK_ALIKES, lookAlike } from '../eval/look-alikes.ts';
import { type Picture, photographs } from '../eval/pictures.ts';
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
    'usage: npm run bench:ingest -- --photos DIR [--items PICTURES OF EACH KIND] [--side PIXELS] [--runs TIMES]',
  );
  process.exit(2);
}
/** The share of the CPU that a picture's way in takes by vectors alone, that all else may add. */
const MOST_MORE = 0.15;

const items = Number(options.items);
const runs = Array.from({ length: Number(options.runs) }, (_, run) => run);

/**
 * The picture with its longer side of `side` pixels, as a camera or scanner gives it: what telling copies apart costs is
 * the same in all sizes.
 */
async function ofSide(bytes: Uint8Array): Promise<Uint8Array> {
  const side = Number(options.side);
  return await sharp(bytes).resize(side, side, { fit: 'inside' }).jpeg({ quality: 90 }).toBuffer();
}

const mean = (numbers: readonly number[]) =>
  numbers.reduce((total, each) => total + each, 0) / numbers.length;

/**
 * The mean CPU of a picture of the library, by each of the services: of all runs, since a collection is paid for by the garbage of
 * many pictures, and the least of some runs would leave it out.
 */
async function costIn(library: string, pictures: readonly Picture[], services: readonly Service[]) {
  const costs: number[][] = services.map(() => []);
  for (const run of runs) {
    const tenant = tenantId(`${library}-${run}`);
    await eachOf(`${library}, run ${run + 1}`, [...pictures.entries()], async ([at, { name, load }]) => {
      const bytes = await ofSide(await load());
      // In turns: the second of a pair pays for memory that the first one used.
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
  // One core does all of it, so that threads that wait for each other are not counted: imaging uses one in any case.
  const open = (name: string, vectorsAlone: boolean) =>
    openService({ indexDir: join(folder, name), model: 'deeplens-lite-v1', threads: 1, vectorsAlone });
  const libraries: Record<string, Picture[]> = { photographs: await photographs(options.photos, items) };
  for (const kind of LOOK_ALIKES)
    libraries[kind] = Array.from({ length: items }, (_, at) => ({
      name: `${kind}-${at}.jpg`,
      load: () => lookAlike(kind, at),
    }));
  console.log('CPU a picture, ms          vectors alone      all     more');
  for (const [library, pictures] of Object.entries(libraries)) {
    const services = [await open(`${library}-vectors`, true), await open(`${library}-all`, false)];
    const [alone = 0, all = 0] = await costIn(library, pictures, services);
    const more = all / alone - 1;
    console.log(
      `${library.padEnd(27)}${alone.toFixed(1).padStart(13)}${all.toFixed(1).padStart(9)}${(more * 100).toFixed(1).padStart(7)} %`,
    );
    if (more > MOST_MORE) process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true });
}
