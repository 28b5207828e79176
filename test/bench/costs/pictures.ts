import sharp from 'sharp';
import { photographs } from '../../eval/photographs.ts';
import { randomOf } from '../../eval/random.ts';

/** A picture to measure with. */
export interface Picture {
  name: string;
  bytes: Uint8Array;
}

/** The size of a generated picture: that of a photograph on the web. */
const [WIDTH, HEIGHT] = [1024, 768];
/** Cells across of each layer of noise: with so many scales, a JPEG has about as many bytes as one of a photograph. */
const SCALES = [4, 9, 20, 45, 100, 220] as const;
/** At once: each is drawn on one thread. */
const AT_ONCE = 8;

/** Loads pictures of a folder, or draws as many: no photograph is needed to measure costs. */
export async function loadPictures(folder: string | undefined, count: number): Promise<Picture[]> {
  if (folder !== undefined) {
    const found = await photographs(folder, count);
    return Promise.all(found.map(async ({ name, load }) => ({ name, bytes: await load() })));
  }
  const pictures: Picture[] = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    const places = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) => from + at);
    pictures.push(...(await Promise.all(places.map(drawnPicture))));
  }
  return pictures;
}

/** Draws coloured noise at all scales, deterministically. No two are alike. */
async function drawnPicture(index: number): Promise<Picture> {
  const random = randomOf(`costs/${index}`);
  const layers = await Promise.all(SCALES.map((across) => noise(across, random)));
  const [ground, ...further] = layers;
  const bytes = await sharp(ground, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .composite(
      further.map((input) => ({
        input,
        raw: { width: WIDTH, height: HEIGHT, channels: 3 },
        blend: 'soft-light' as const,
      })),
    )
    .removeAlpha()
    .jpeg({ quality: 85 })
    .toBuffer();
  return { name: `drawn-${index}.jpg`, bytes };
}

function noise(across: number, random: () => number): Promise<Buffer> {
  const down = Math.ceil((across * HEIGHT) / WIDTH);
  const cells = Uint8Array.from({ length: 3 * across * down }, () => 256 * random());
  return sharp(cells, { raw: { width: across, height: down, channels: 3 } })
    .resize(WIDTH, HEIGHT, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer();
}

/** Scales a picture to 12 megapixels, as a camera's. */
export const asCameraFile = (bytes: Uint8Array): Promise<Buffer> =>
  sharp(bytes).resize(4000, 3000, { fit: 'fill' }).jpeg({ quality: 85 }).toBuffer();
