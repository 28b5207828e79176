// `npm run bench:looks`: what a closer look costs a search, by each way that it can take; the dearest of each way.
import { parseArgs } from 'node:util';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { onnxEmbedder } from '#shared/embedding/onnx-embedder.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { searchImages } from '#shared/search/search-images.ts';
import { cpuMsSince } from '../cpu-time.ts';
import { edited } from '../eval/edits.ts';
import { PHOTOGRAPHS, photograph } from '../fixtures/photographs.ts';
import { memorySimilarityCache } from '../memory/similarity-cache.ts';
import { ACME, installedOnly, library, vectorAt } from '../unit/search/library.ts';

const { values: options } = parseArgs({ options: { runs: { type: 'string', default: '15' } } });

// One core does all of it, so that CPU time is what the caller waits for: imaging uses one thread in any case.
const imaging = sharpImaging();
const embedder = await onnxEmbedder({
  modelsDir: 'models',
  name: 'deeplens-lite-v1',
  provider: 'cpu',
  threads: 1,
});

/** The model at work, but every picture lies where the libraries below want it: on the first axis. */
const steered: typeof embedder = {
  ...embedder,
  embed: async (inputs) =>
    (await embedder.embed(inputs)).map((embedding) => ({
      ...embedding,
      copy: vectorAt(1),
      semantic: vectorAt(1),
    })),
};

/** Pictures at these cosines from any query: others than it, or the query's own. */
interface Shelf {
  doubtful: number;
  copies: number;
}

/** Answers expire before they are asked for. */
const neverCached = memorySimilarityCache(() => Number.POSITIVE_INFINITY);

async function searchIn({ doubtful, copies }: Shelf, query: Uint8Array) {
  const shelf = await library();
  const add = async (cosine: number, axis: number, bytes: Uint8Array) => {
    const { raster } = await imaging.read(bytes);
    const picture = await imaging.modelImage(raster);
    const [embedding] = await embedder.embed([await imaging.modelInput(picture, embedder.manifest.input)]);
    const image = await shelf.add(
      { ...embedding, copy: vectorAt(cosine, axis), semantic: vectorAt(cosine, axis) },
      { width: raster.width, height: raster.height },
    );
    const key = objectKeys.modelImage(ACME, image);
    await shelf.blobs.put(ACME, key, await imaging.encodeModelImage(picture), 'image/png');
  };
  for (let at = 0; at < doubtful; at++)
    await add(0.6 - at / 100, at + 1, photograph(PHOTOGRAPHS[at % PHOTOGRAPHS.length] ?? PHOTOGRAPHS[0]));
  for (let at = 0; at < copies; at++) await add(0.95 - at / 100, doubtful + at + 1, query);
  return searchImages({ ...shelf, installed: installedOnly(steered), cache: neverCached });
}

/** CPU time of all threads, in milliseconds: the least of the runs, since what else the machine does only adds. */
async function costOf(shelf: Shelf, query: Uint8Array): Promise<number> {
  const search = await searchIn(shelf, query);
  const times: number[] = [];
  for (let run = -3; run < Number(options.runs); run++) {
    const before = process.cpuUsage();
    await search(ACME, {
      source: { bytes: query },
      threshold: 0,
      maxResults: 20,
      includeMetadata: false,
      models: [steered.manifest.name],
      thumbnailUrl: (image) => image,
    });
    const cost = cpuMsSince(before);
    if (run >= 0) times.push(cost);
  }
  return Math.min(...times);
}

const photo = photograph('locomotion-house-cat');
const page = await edited('screenshot', photo, 'page');
const WAYS = [
  ['a copy beyond doubt', photo, { doubtful: 0, copies: 1 }],
  ['in doubt: cells, the query turned, one by its pixels', photo, { doubtful: 5, copies: 0 }],
  ['in doubt, and a page: cells, what it shows, pixels', page, { doubtful: 5, copies: 0 }],
  ['crowded: pixels', photo, { doubtful: 0, copies: 4 }],
  ['crowded and in doubt: cells, pixels', photo, { doubtful: 5, copies: 4 }],
] as const;

console.log(`${'CPU of a search, ms, on one core'.padEnd(58)} all   extra`);
for (const [name, query, shelf] of WAYS) {
  const whole = await costOf(shelf, query);
  const plain = await costOf({ doubtful: 0, copies: 1 }, query);
  console.log(`${name.padEnd(56)} ${whole.toFixed(0).padStart(5)} ${(whole - plain).toFixed(0).padStart(7)}`);
}
