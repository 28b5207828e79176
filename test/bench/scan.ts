// `npm run bench:scan`: scans generated pictures in each kind of storage, and compares with the bare SDK of each.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { emulator } from '../contract/emulator.ts';
import startEmulator from '../global-setup/emulator.ts';
import * as servers from '../storage/servers.ts';
import { type Bare, timeBare } from '../storage/trial/bare.ts';
import { azurePlace, gcsPlace, type Place, s3Place } from '../storage/trial/places.ts';
import { type Figures, fillPlace, scanTrial } from '../storage/trial/trial.ts';

const { values: options } = parseArgs({
  options: { pictures: { type: 'string', default: '5000' }, only: { type: 'string' } },
});
const PICTURES = Number(options.pictures);
/** Pictures that are decoded without a scan. */
const DECODED = 500;

/** Places by their names; undefined if the server is not installed. */
const PLACES: Record<string, () => Promise<Place | undefined>> = {
  async seaweedfs() {
    const program = servers.seaweedProgram();
    if (!existsSync(program)) return undefined;
    return s3Place('SeaweedFS', {
      address: await servers.startSeaweed(program),
      credentials: servers.KEYS,
    });
  },
  async azurite() {
    const program = servers.azuriteProgram();
    return existsSync(program) ? azurePlace(await servers.startAzurite(program)) : undefined;
  },
  async gcs() {
    const program = await servers.gcsProgram();
    return program && existsSync(program) ? gcsPlace(await servers.startGcs(program)) : undefined;
  },
  async emulator() {
    stops.push(await startEmulator());
    const { endpoint, credentials } = emulator();
    return s3Place('the emulator’s S3', { address: new URL(endpoint).host, credentials });
  },
};
const stops: (() => Promise<void>)[] = [];

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;

function print({ place, pictures, scanned, compared, resident, deliveries }: Figures, bare: Bare): void {
  const quarter = Math.floor(resident.length / 4);
  const [early, late] = [median(resident.slice(quarter, 2 * quarter)), median(resident.slice(-quarter))];
  const [per, mb] = [(rate: number) => `${rate.toFixed(0)}/s`, (size: number) => `${size.toFixed(0)} MB`];
  console.log(`${place}, ${pictures} pictures, ${deliveries} messages: nothing lost, doubled or hidden
  listed and read: by the SDK ${per(bare.read)}; with the same decoding ${per(bare.decoded)}; brought in by the scan ${per(scanned)}
  listed: by the SDK ${per(bare.listed)}; compared by a scan that finds nothing new ${per(compared)}
  resident memory of the worker: ${mb(early)} in the second quarter of its work, ${mb(late)} in the last, at most ${mb(Math.max(...resident))}`);
}

try {
  for (const [name, open] of Object.entries(PLACES)) {
    if (options.only !== undefined && options.only !== name) continue;
    const place = await open();
    if (!place) {
      console.log(`${name} is not installed: node test/storage/install.mjs`);
      continue;
    }
    await fillPlace(place, PICTURES);
    const bare = await timeBare(place, Math.min(PICTURES, DECODED));
    print(await scanTrial(place, PICTURES), bare);
  }
} finally {
  for (const stop of [servers.stopServers, ...stops]) await stop();
}
