import sharp, { type Sharp } from 'sharp';
import { type Colour, canvas, fitting, words } from './canvas.ts';
import { randomOf } from './random.ts';

type Random = () => number;
type Edit = (bytes: Uint8Array, random: Random) => Promise<Buffer>;

/**
 * Edits that are common in re-posted images, as strong as those that the model was measured with: crops keep that share of each
 * side, at a random position; an embedded image takes .5 to .85 of a screenshot's sides.
 */
const EDITS = {
  jpeg20: (bytes) => sharp(bytes).jpeg({ quality: 20 }).toBuffer(),
  resize25: async (bytes) => {
    const { width } = await sharp(bytes).metadata();
    return jpeg(sharp(bytes).resize({ width: Math.max(16, Math.round(width / 4)) }));
  },
  crop70: (bytes, random) => cropped(bytes, 0.7, random),
  crop50: (bytes, random) => cropped(bytes, 0.5, random),
  blur: (bytes) => jpeg(sharp(bytes).blur(3)),
  grey: (bytes) => jpeg(sharp(bytes).greyscale()),
  brightness: (bytes) => jpeg(sharp(bytes).modulate({ brightness: 1.4, saturation: 1.4 })),
  mirrored: (bytes) => jpeg(sharp(bytes).flop()),
  turned10: (bytes) => jpeg(sharp(bytes).rotate(10, { background: '#000000' })),
  turned90: (bytes) => jpeg(sharp(bytes).rotate(90)),
  banner: async (bytes, random) => {
    const { width, height } = await sharp(bytes).metadata();
    const band = await textBand(width, Math.round(0.2 * height), '#dc141e', '#ffffff', random);
    return jpeg(sharp(bytes).composite([{ input: band, left: 0, top: Math.round(0.4 * height) }]));
  },
  border: async (bytes) => {
    const { width, height } = await sharp(bytes).metadata();
    const side = Math.round(Math.min(width, height) * 0.12);
    return jpeg(sharp(bytes).extend({ ...sides(side), background: '#ffffff' }));
  },
  caption: captioned,
  screenshot,
  tint: async (bytes) => {
    const { width, height } = await sharp(bytes).metadata();
    const layer = {
      create: { width, height, channels: 4 as const, background: { r: 255, g: 140, b: 40, alpha: 0.3 } },
    };
    return jpeg(sharp(bytes).composite([{ input: layer }]));
  },
  combination: async (bytes, random) => {
    const part = await sharp(await cropped(bytes, 0.8, () => 0.5))
      .jpeg({ quality: 30 })
      .toBuffer();
    return captioned(part, random);
  },
} satisfies Record<string, Edit>;
export type EditName = keyof typeof EDITS;
export const EDIT_NAMES = Object.keys(EDITS) as EditName[]; // Object.keys loses the literal types

/** @param name of the image: the seed of random parameters */
export const edited = (edit: EditName, bytes: Uint8Array, name: string): Promise<Buffer> =>
  EDITS[edit](bytes, randomOf(`${edit}/${name}`));

const jpeg = (image: Sharp): Promise<Buffer> => image.jpeg({ quality: 90 }).toBuffer();
const sides = (width: number) => ({ top: width, bottom: width, left: width, right: width });
async function cropped(bytes: Uint8Array, share: number, random: Random): Promise<Buffer> {
  const source = await sharp(bytes).metadata();
  const [width, height] = [Math.round(source.width * share), Math.round(source.height * share)];
  const [left, top] = [
    Math.floor((source.width - width) * random()),
    Math.floor((source.height - height) * random()),
  ];
  return jpeg(sharp(bytes).extract({ left, top, width, height }));
}

async function captioned(bytes: Uint8Array, random: Random): Promise<Buffer> {
  const { width, height } = await sharp(bytes).metadata();
  const band = await textBand(width, Math.max(10, Math.round(height * 0.18)), '#ffffff', '#000000', random);
  const { height: top } = await sharp(band).metadata();
  const extended = await sharp(bytes).extend({ top, background: '#ffffff' }).png().toBuffer();
  return jpeg(sharp(extended).composite([{ input: band, left: 0, top: 0 }]));
}

/** Embeds the image at a random position of a page with a bar and lines of text. */
async function screenshot(bytes: Uint8Array, random: Random): Promise<Buffer> {
  const { width, height } = await sharp(bytes).metadata();
  const share = 0.5 + 0.35 * random();
  const isWide = random() < 0.5;
  const W = Math.round(isWide ? Math.max(width, (height * 16) / 9) / share : width / share);
  const H = Math.round(isWide ? Math.max(height, (width * 9) / 16) / share : height / share);
  const isDark = random() < 0.5;
  const page = canvas(W, H, isDark ? '#1c1e22' : '#f4f4f6');
  page.rect(0, 0, W, H * 0.07, isDark ? '#8a2be2' : '#1266cc');
  page.text(words(3, random), W * 0.03, H * 0.02, H * 0.03, '#ffffff');
  for (let line = 3 + Math.floor(random() * 11); line > 0; line--) {
    const letters = words(1 + Math.floor(random() * 7), random);
    const size = H * (0.015 + 0.02 * random());
    page.text(
      letters,
      W * (0.05 + 0.65 * random()),
      H * (0.1 + 0.85 * random()),
      size,
      isDark ? '#e6e6e6' : '#1e1e1e',
    );
  }
  const left = Math.floor((W - width) * random());
  const top = Math.min(H - height, Math.round(H * 0.07) + Math.floor((H - height) * random()));
  const embedded = await sharp(bytes).png().toBuffer();
  return jpeg(sharp(await page.image().png().toBuffer()).composite([{ input: embedded, left, top }]));
}

/** Draws a band with a line of text, as PNG. */
function textBand(width: number, height: number, fill: Colour, ink: Colour, random: Random): Promise<Buffer> {
  const band = canvas(width, height, fill);
  const size = height * 0.45;
  const letters = words(6, random).slice(0, fitting(width * 0.92, size));
  band.text(letters, width * 0.04, height * 0.28, size, ink);
  return band.image().png().toBuffer();
}
