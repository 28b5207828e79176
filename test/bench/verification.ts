// `npm run bench:verification`: measures the CPU that verification adds to a search, for the most expensive search of each path.
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

// One thread, so that CPU time equals latency. Imaging uses one anyway.
const imaging = sharpImaging();
const embedder = await onnxEmbedder({
  modelsDir: 'models',
  name: 'deeplens-lite-v1',
  provider: 'cpu',
  threads: 1,
});

/** Runs the model, but replaces the vectors: each query lies on the first axis. */
const fixedVectors: typeof embedder = {
  ...embedder,
  embed: async (inputs) =>
    (await embedder.embed(inputs)).map((embedding) => ({
      ...embedding,
      copy: vectorAt(1),
      semantic: vectorAt(1),
    })),
};

/** Numbers of stored images: other images at uncertain cosines, and copies of the query. */
interface Contents {
  uncertain: number;
  copies: number;
}

/** Answers expire at once. */
const neverCached = memorySimilarityCache(() => Number.POSITIVE_INFINITY);

async function searchIn({ uncertain, copies }: Contents, query: Uint8Array) {
  const stored = await library();
  const add = async (cosine: number, axis: number, bytes: Uint8Array) => {
    const { modelImage, width, height } = await imaging.read(bytes);
    const [embedding] = await embedder.embed([await imaging.modelInput(modelImage, embedder.manifest.input)]);
    const image = await stored.add(
      { ...embedding, copy: vectorAt(cosine, axis), semantic: vectorAt(cosine, axis) },
      { width, height },
    );
    const key = objectKeys.modelImage(ACME, image);
    await stored.blobs.put(ACME, key, await imaging.encodeModelImage(modelImage), 'image/png');
  };
  for (let at = 0; at < uncertain; at++)
    await add(0.6 - at / 100, at + 1, photograph(PHOTOGRAPHS[at % PHOTOGRAPHS.length] ?? PHOTOGRAPHS[0]));
  for (let at = 0; at < copies; at++) await add(0.95 - at / 100, uncertain + at + 1, query);
  return searchImages({ ...stored, installed: installedOnly(fixedVectors), cache: neverCached });
}

/** Measures the CPU time of all threads, in milliseconds: the minimum of the runs, since other load only adds. */
async function costOf(contents: Contents, query: Uint8Array): Promise<number> {
  const search = await searchIn(contents, query);
  const times: number[] = [];
  for (let run = -3; run < Number(options.runs); run++) {
    const before = process.cpuUsage();
    await search(ACME, {
      source: { bytes: query },
      threshold: 0,
      maxResults: 20,
      includeMetadata: false,
      models: [fixedVectors.manifest.name],
      thumbnailUrl: (image) => image,
    });
    const cost = cpuMsSince(before);
    if (run >= 0) times.push(cost);
  }
  return Math.min(...times);
}

const photo = photograph('locomotion-house-cat');
const page = await edited('screenshot', photo, 'page');
const PATHS = [
  ['one copy: geometry, pixels', photo, { uncertain: 0, copies: 1 }],
  ['no copy: geometry and pixels of two others', photo, { uncertain: 5, copies: 0 }],
  ['no copy of a page: also the embedded image', page, { uncertain: 5, copies: 0 }],
  ['four copies', photo, { uncertain: 0, copies: 4 }],
  ['ten copies: all that are compared', photo, { uncertain: 0, copies: 10 }],
] as const;

console.log(`${'CPU of a search, ms, on one core'.padEnd(58)} all   extra`);
for (const [name, query, contents] of PATHS) {
  const all = await costOf(contents, query);
  const plain = await costOf({ uncertain: 0, copies: 0 }, query);
  console.log(`${name.padEnd(56)} ${all.toFixed(0).padStart(5)} ${(all - plain).toFixed(0).padStart(7)}`);
}
