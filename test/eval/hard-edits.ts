import sharp, { type Sharp } from 'sharp';
import { box, disc, drawing, line } from './drawing.ts';
import { EDIT_NAMES, type EditName, edited } from './edits.ts';
import { lettering } from './lettering.ts';
import { memeText, stickers } from './overlays.ts';
import { perspective } from './perspective.ts';
import { randomOf } from './random.ts';

type Random = () => number;

/** The images that a query is made of. */
export interface Material {
  /** The photograph that the query is a copy of. */
  own: Uint8Array;
  /** More stored photographs, for a collage. */
  others: readonly Uint8Array[];
  /** A photograph that is not stored. */
  stranger: Uint8Array;
}
type HardEdit = (material: Material, random: Random) => Promise<Uint8Array>;

const jpeg = (image: Sharp): Promise<Buffer> => image.jpeg({ quality: 88 }).toBuffer();

/** Edits that change the composition, or much of the pixels. */
const HARD_EDITS = {
  pasted: async ({ own, stranger }, random) => {
    const { width, height } = await sharp(stranger).metadata();
    const [w, h] = [Math.round(width * 0.55), Math.round(height * 0.55)];
    const { data: input, info } = await sharp(own)
      .resize(w, h, { fit: 'inside' })
      .png()
      .toBuffer({ resolveWithObject: true });
    const left = Math.floor((width - info.width) * random());
    const top = Math.floor((height - info.height) * random());
    return jpeg(sharp(stranger).composite([{ input, left, top }]));
  },
  collage: async ({ own, others }) => {
    const [width, height, gap] = [480, 360, 8];
    const tiles = [own, ...others].map(async (bytes, at) => ({
      input: await sharp(bytes).resize(width, height, { fit: 'cover' }).png().toBuffer(),
      left: gap + (at % 2) * (width + gap),
      top: gap + Math.floor(at / 2) * (height + gap),
    }));
    const ground = drawing(2 * width + 3 * gap, 2 * height + 3 * gap, []).flatten({ background: '#ffffff' });
    return jpeg(sharp(await ground.png().toBuffer()).composite(await Promise.all(tiles)));
  },
  stickers: ({ own }, random) => stickers(own, random),
  perspective: async ({ own }, random) => {
    const { data, info } = await sharp(own).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const out = (): number => -0.02 - 0.16 * random();
    const warped = perspective({ data, ...info }, [
      [out(), out()],
      [1 - out(), out()],
      [1 - out(), 1 - out()],
      [out(), 1 - out()],
    ]);
    const { width, height, channels } = info;
    return jpeg(sharp(warped, { raw: { width, height, channels } }));
  },
  pixelated: async ({ own }) => {
    const { width, height } = await sharp(own).metadata();
    const small = await sharp(own).resize(80, 80, { fit: 'inside' }).png().toBuffer();
    return jpeg(sharp(small).resize(width, height, { kernel: 'nearest' }));
  },
  blended: async ({ own, stranger }, random) => {
    const { width, height } = await sharp(own).metadata();
    const input = await sharp(stranger)
      .resize(width, height, { fit: 'cover' })
      .ensureAlpha(0.3 + 0.1 * random())
      .png()
      .toBuffer();
    return jpeg(sharp(own).composite([{ input }]));
  },
  meme: async ({ own }, random) => memeText(await edited('caption', own, `${random()}`), random, [0.85]),
  phone: ({ own }, random) => phoneScreenshot(own, random() < 0.5),
  thirdCrop: async ({ own }, random) => {
    const source = await sharp(own).metadata();
    const [width, height] = [Math.round(source.width / 3), Math.round(source.height / 3)];
    const left = Math.floor((source.width - width) * random());
    const top = Math.floor((source.height - height) * random());
    return jpeg(sharp(own).extract({ left, top, width, height }));
  },
  stretched: async ({ own }) => {
    const { width, height } = await sharp(own).metadata();
    return jpeg(sharp(own).resize(Math.round(width * 1.4), height, { fit: 'fill' }));
  },
  swappedColours: ({ own }) =>
    jpeg(
      sharp(own)
        .removeAlpha()
        .recomb([
          [0, 0, 1],
          [1, 0, 0],
          [0, 1, 0],
        ]),
    ),
  turned30: ({ own }) => jpeg(sharp(own).rotate(30, { background: '#000000' })),
  chainOfTwo: ({ own }, random) => chained(own, 2, random),
  chainOfThree: ({ own }, random) => chained(own, 3, random),
} satisfies Record<string, HardEdit>;
export type HardEditName = keyof typeof HARD_EDITS;
export const HARD_EDIT_NAMES = Object.keys(HARD_EDITS) as HardEditName[]; // Object.keys loses the literal types

/** @param name of the image: the seed of random parameters */
export const hardEdited = (edit: HardEditName, material: Material, name: string): Promise<Uint8Array> =>
  HARD_EDITS[edit](material, randomOf(`${edit}/${name}`));

/** The page of a phone, with the photograph across its width: about a third of it. */
async function phoneScreenshot(bytes: Uint8Array, isDark: boolean): Promise<Buffer> {
  const [width, height] = [540, 1170];
  const [ground, ink] = isDark ? ['#000000', '#ffffff'] : ['#ffffff', '#000000'];
  const page = drawing(width, height, [
    box(0, 0, width, height, ground),
    lettering('9:41', 24, 20, 15, { ink, weight: 1.3 }),
    lettering('5G 87%', 440, 20, 15, { ink, weight: 1.3 }),
    lettering('ALBUM', 24, 72, 16, { ink: '#2979ff' }),
    lettering('TODAY 14:02', 205, 72, 16, { ink, weight: 1.3 }),
    ...[54, 162, 270, 378, 486].map(
      (x) => `${disc(x, 1100, 18, ink)}${disc(x, 1100, 15, ground)}${line(`M${x - 6} 1100h12`, ink, 3)}`,
    ),
  ]);
  const { data: input, info } = await sharp(bytes)
    .resize(width, 900, { fit: 'inside' })
    .png()
    .toBuffer({ resolveWithObject: true });
  const [left, top] = [Math.floor((width - info.width) / 2), Math.floor((height - info.height) / 2)];
  return await sharp(await page.png().toBuffer())
    .composite([{ input, left, top }])
    .png()
    .toBuffer();
}

/** Of these, any three in any order leave enough to know the photograph by. */
const LINKS: readonly EditName[] = EDIT_NAMES.filter(
  (edit) => !['crop50', 'screenshot', 'combination', 'turned10'].includes(edit),
);

/** Applies several different edits, one after another. */
async function chained(own: Uint8Array, count: number, random: Random): Promise<Uint8Array> {
  const links = LINKS.map((edit) => ({ edit, at: random() })).sort((one, other) => one.at - other.at);
  let bytes = own;
  for (const { edit } of links.slice(0, count)) bytes = await edited(edit, bytes, `${random()}`);
  return bytes;
}
