import { loadavg } from 'node:os';
import sharp from 'sharp';
import type { Imaging } from '#shared/imaging/imaging.ts';
import { processImaging } from '#shared/imaging/process-imaging.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { photograph } from '../fixtures/photographs.ts';

/** Measures what reading in a process of its own costs: docs/adr/0032-budget-for-strangers-bytes.md. */

const WARM_UP = 5;
const RUNS = 60;
const small = photograph('locomotion-house-cat');
const large = await sharp(small).resize(4000, 3000, { fit: 'fill' }).jpeg({ quality: 85 }).toBuffer();

const cases = [
  ['a search, small', small, []],
  ['a search, 12 Mpx', large, []],
  ['ingest, 12 Mpx', large, [256, 1024]],
] as const;
const imagings = { inProcess: sharpImaging(), child: processImaging({ seconds: 20 }) };

async function millisecondsOf(imaging: Imaging, bytes: Uint8Array, thumbnailSizes: readonly number[]) {
  const start = performance.now();
  await imaging.read(bytes, { declaredType: 'image/jpeg', thumbnailSizes });
  return performance.now() - start;
}

/** The fastest and the median of the measured times. */
function summary(times: readonly number[]): string {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (index: number) => (sorted[index] ?? Number.NaN).toFixed(1);
  return `${at(0)} / ${at(Math.floor(sorted.length / 2))}`;
}

console.log(`fastest / median of ${RUNS} in ms; ${small.length} and ${large.length} bytes`);
const rows: object[] = [];
for (const [name, bytes, sizes] of cases) {
  const times = { inProcess: [] as number[], child: [] as number[] };
  for (let run = -WARM_UP; run < RUNS; run++)
    for (const kind of ['inProcess', 'child'] as const) {
      const time = await millisecondsOf(imagings[kind], bytes, sizes);
      if (run >= 0) times[kind].push(time);
    }
  rows.push({ name, 'in process': summary(times.inProcess), 'in a child': summary(times.child) });
}
console.table(rows);
console.log(
  `load average: ${loadavg()
    .map((each) => each.toFixed(1))
    .join(', ')}`,
);
process.exit(); // the reading process waits for more
