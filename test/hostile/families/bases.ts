import sharp from 'sharp';
import { photograph } from '../../fixtures/photographs.ts';

const small = () => sharp(photograph('nagasaki-boats')).resize({ width: 320 });
const once = (make: () => Promise<Buffer>) => {
  let made: Promise<Buffer> | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

/** Honest files of 320 pixels, which the hostile ones are made from. */
export const bases = {
  jpeg: once(() => small().jpeg().toBuffer()),
  png: once(() => small().png().toBuffer()),
  webp: once(() => small().webp().toBuffer()),
  gif: once(() => small().gif().toBuffer()),
  tiff: once(() => small().tiff({ compression: 'lzw' }).toBuffer()),
  avif: once(() => small().avif({ effort: 0 }).toBuffer()),
};
