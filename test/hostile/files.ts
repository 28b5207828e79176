import { bmpFiles } from './families/bmp.ts';
import { avifFiles, heicFiles } from './families/boxes.ts';
import { gifFiles } from './families/gif.ts';
import { jpegFiles } from './families/jpeg.ts';
import { otherFiles } from './families/others.ts';
import { pngFiles } from './families/png.ts';
import { rawFiles } from './families/raw.ts';
import { tiffFiles } from './families/tiff.ts';
import { webpFiles } from './families/webp.ts';
import type { HostileFile } from './hostile-file.ts';

/** All hostile files, family by family, none of them made yet. */
export const HOSTILE_FILES: readonly HostileFile[] = [
  ...jpegFiles,
  ...pngFiles,
  ...gifFiles,
  ...webpFiles,
  ...tiffFiles,
  ...avifFiles,
  ...heicFiles,
  ...bmpFiles,
  ...rawFiles,
  ...otherFiles,
];
