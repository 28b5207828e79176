import sharp, { type Sharp } from 'sharp';
import { chat, plot, ticket } from './drawn-documents.ts';
import { COLOURS_OF_PRODUCT, colouredProduct, comic, symbol, xRay } from './drawn-pictures.ts';
import { burstFrame, cameraFrame } from './frames.ts';
import { LOOK_ALIKES, lookAlike } from './look-alikes.ts';
import { randomOf } from './random.ts';

type Random = () => number;
/** Photographs that frames are made of. */
type Photographs = readonly Uint8Array[];
type Draw = (index: number, random: Random, photographs: Photographs) => Promise<Buffer>;

/** Frames of one camera, or of one burst. */
const FRAMES = 4;
/** Places of the first photographs of bursts, of what moves in them, and of visitors before cameras. Cameras have the first. */
const [SCENES, SUBJECTS, VISITORS] = [3, 6, 9];
/** The number of photographs that twelve frames of either kind are made of, without using one twice. */
export const PHOTOGRAPHS_OF_FRAMES = VISITORS + 12;

const jpeg = (image: Sharp): Promise<Buffer> => image.flatten().jpeg({ quality: 90 }).toBuffer();
const png = (image: Sharp): Promise<Buffer> => image.flatten().png().toBuffer();
const transparentPng = (image: Sharp): Promise<Buffer> => image.png().toBuffer();
const nth = (photographs: Photographs, at: number): Uint8Array => {
  const photograph = photographs[at % photographs.length];
  if (!photograph)
    throw new RangeError('Frames of cameras and bursts are made of photographs; there is none.');
  return photograph;
};

/** Kinds of images that are all different, and all alike. */
const KINDS: Readonly<Record<string, Draw>> = {
  ...Object.fromEntries(LOOK_ALIKES.map((kind) => [kind, (index: number) => lookAlike(kind, index)])),
  chats: (_, random) => png(chat(random)),
  comics: (_, random) => jpeg(comic(random)),
  symbols: (index) => transparentPng(symbol(index)),
  plots: (_, random) => png(plot(random)),
  tickets: (_, random) => png(ticket(random)),
  xRays: (_, random) => jpeg(xRay(random)),
  cameras: async (index, random, photographs) => {
    const place = nth(photographs, Math.floor(index / FRAMES));
    return jpeg(await cameraFrame(place, nth(photographs, VISITORS + index), random));
  },
  bursts: async (index, random, photographs) => {
    const burst = Math.floor(index / FRAMES);
    const [scene, subject] = [nth(photographs, SCENES + burst), nth(photographs, SUBJECTS + burst)];
    return jpeg(await burstFrame(scene, subject, (index % FRAMES) / FRAMES, random));
  },
  colours: (index) => jpeg(colouredProduct(index)),
};
export const KIND_NAMES = Object.keys(KINDS);

/** Draws the `index`th image of a kind. Deterministic. */
export async function drawn(kind: string, index: number, photographs: Photographs): Promise<Buffer> {
  const draw = KINDS[kind];
  if (!draw) throw new RangeError(`There is no kind "${kind}".`);
  return await draw(index, randomOf(`${kind}/${index}`), photographs);
}

/** Images of one family are copies of each other: products that differ by colour alone are. */
export const familyIn = (kind: string, index: number): string =>
  kind === 'colours' ? `${kind}-${Math.floor(index / COLOURS_OF_PRODUCT)}` : `${kind}-${index}`;

/** Crops 6 % of each side, and compresses it with loss; keeps a transparent ground. @param name the seed of the crop */
export async function croppedCopy(bytes: Uint8Array, name: string): Promise<Buffer> {
  const random = randomOf(`copy/${name}`);
  const source = await sharp(bytes).metadata();
  const [width, height] = [Math.round(source.width * 0.94), Math.round(source.height * 0.94)];
  const left = Math.floor((source.width - width + 1) * random());
  const top = Math.floor((source.height - height + 1) * random());
  const cropped = sharp(bytes).extract({ left, top, width, height });
  return await (source.hasAlpha ? cropped.webp({ quality: 60 }) : cropped.jpeg({ quality: 60 })).toBuffer();
}
