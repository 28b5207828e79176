import type { DeepLens } from '@deeplens/sdk';
import sharp from 'sharp';
import { sampleImages } from '../samples.ts';
import { PlainError, until } from '../steps.ts';

/** What a tenant sees: the same before a disaster and after it. */
export interface Answers {
  images: Record<string, number>;
  groups: string[];
  /** Of each search the ids, verdicts and scores of its results, in order. */
  searches: string[];
}

const SEARCHES = 50;
/** More than there are images. */
const MOST_RESULTS = 20;
const SETTLED_MS = 120_000;
/** Scores are compared to a millionth: sums of floating point numbers depend on their order. */
const DIGITS = 6;

/** Query images that are not stored: parts, smaller ones and turned ones of the samples. */
export async function queries(): Promise<Buffer[]> {
  const samples = await sampleImages();
  const made: Buffer[] = [];
  for (const { bytes } of samples) {
    const { width, height } = await sharp(bytes).metadata();
    const part = (share: number) => ({
      left: Math.round((width * (1 - share)) / 2),
      top: Math.round((height * (1 - share)) / 2),
      width: Math.round(width * share),
      height: Math.round(height * share),
    });
    made.push(
      bytes,
      await sharp(bytes).extract(part(0.8)).jpeg().toBuffer(),
      await sharp(bytes).resize({ width: 320 }).jpeg({ quality: 60 }).toBuffer(),
      await sharp(bytes).flop().jpeg().toBuffer(),
    );
  }
  // One of the samples is stored twice: a search is not asked twice.
  return [...new Map(made.map((bytes) => [bytes.toString('base64'), bytes])).values()].slice(0, SEARCHES);
}

/** Asks everything, once the counts stand still. @param round a number of its own, from 0 on */
export async function ask(api: DeepLens, images: readonly Buffer[], round: number): Promise<Answers> {
  const counts = await standing(async () => (await api.reports.overview()).images.by_status);
  const groups = await standing(async () => {
    const { items: found } = await api.duplicates.list({ scope: 'all', min_confidence: 0.5 });
    return found
      .map(({ group_id, verdict, images: members }) =>
        [group_id, verdict, ...members.map(({ image_id }) => image_id).sort()].join(' '),
      )
      .sort();
  });
  const searches: string[] = [];
  for (const image of images) {
    const { results, cached } = await api.search.similarity({
      image: image.toString('base64'),
      similarity_threshold: 0,
      max_results: MOST_RESULTS + round, // another number for each round, so that no answer is cached
    });
    if (cached) throw new PlainError('A search was answered from the cache: it proves nothing.');
    searches.push(
      results
        .map(({ image_id, verdict, similarity_score }) =>
          [image_id, verdict, similarity_score.toFixed(DIGITS)].join(' '),
        )
        .join('\n'),
    );
  }
  return { images: counts, groups, searches };
}

/** Returns a value that was the same five times in a row, a second apart. */
async function standing<Value>(read: () => Promise<Value>): Promise<Value> {
  let last = '';
  let times = 0;
  let at = 0;
  return until('The counts stand still', SETTLED_MS, async () => {
    if (Date.now() - at < 1_000) return undefined;
    at = Date.now();
    const value = await read();
    const text = JSON.stringify(value);
    times = text === last ? times + 1 : 1;
    last = text;
    return times >= 5 ? value : undefined;
  });
}
