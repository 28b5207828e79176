import sharp, { type Sharp } from 'sharp';
import { photograph } from '../../fixtures/photographs.ts';
import { bmp, packRow } from '../build/bmp.ts';
import { bytes } from '../build/bytes.ts';

export const [WIDTH, HEIGHT] = [160, 120] as const;
export const picture = (): Sharp =>
  sharp(photograph('nagasaki-boats')).resize(WIDTH, HEIGHT, { fit: 'fill' }).removeAlpha();

/** The picture in each format that sharp writes, and as a BMP: each as `picture` is, or changed by `change`. */
export const FORMATS = {
  jpeg: (from: Sharp) => from.jpeg({ quality: 95 }).toBuffer(),
  png: (from: Sharp) => from.png().toBuffer(),
  webp: (from: Sharp) => from.webp({ quality: 95 }).toBuffer(),
  gif: (from: Sharp) => from.gif().toBuffer(),
  tiff: (from: Sharp) => from.tiff({ compression: 'lzw' }).toBuffer(),
  avif: (from: Sharp) => from.avif({ effort: 0, quality: 90 }).toBuffer(),
  bmp: async (from: Sharp) => {
    const { data, info } = await sharp(await from.png().toBuffer())
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const row = (y: number) =>
      packRow(
        Array.from({ length: info.width }, (_, x) => data.readUIntBE(3 * (y * info.width + x), 3)),
        24,
      );
    const rows = Array.from({ length: info.height }, (_, index) => row(info.height - 1 - index));
    return bmp({ width: info.width, height: info.height, bits: 24 }, bytes(...rows));
  },
} as const;
export type CorpusFormat = keyof typeof FORMATS;
