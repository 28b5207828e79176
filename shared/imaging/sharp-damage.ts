import { Problem } from '#shared/kernel/problems.ts';
import type { ImageFormat } from '#shared/kernel/vocabulary.ts';
import type { Raster } from './raster.ts';
import { decodePixels, type Source } from './sharp-pixels.ts';
import { ENDS_EARLY, lossOf, type Structure, truncated } from './structure/structure.ts';

/**
 * libjpeg's warnings (`jerror.h`) that cost no picture: scan parameters and transforms that it corrects, and bytes that
 * it skips between segments and before restart markers. They have no codes here, so their texts are compared.
 */
const HARMLESS = [
  /^Invalid SOS parameters for sequential JPEG$/,
  /^Corrupt JPEG data: \d+ extraneous bytes before marker 0x[0-9a-f]{2}$/,
  /^Inconsistent progression sequence for component \d+ coefficient \d+$/,
  /^Unknown Adobe color transform code \d+$/,
  /^Warning: unknown JFIF revision number \d+\.\d+$/,
];
/** Precedes the texts of libjpeg's warnings. */
const PREFIX = /^VipsJpeg: /;
/** Distinct warnings that are recorded. */
const MAX_ODDITIES = 3;

/**
 * Decodes an image. Damage that costs no picture is an oddity.
 * @throws Problem `truncated` or `unreadable_image` if picture is lost, with how much
 */
export async function decodeWhole(
  source: Source,
  format: ImageFormat,
  { cutOff }: Structure,
): Promise<{ raster: Raster; oddities: readonly string[] }> {
  if (cutOff !== 'certainly') {
    const raster = await decodePixels(source, 'warning').catch(passProblem);
    if (raster) return { raster, oddities: cutOff ? [ENDS_EARLY] : [] };
  }
  const warnings = new Set<string>();
  const raster = await decodePixels(source, 'none', (text) => {
    for (const line of text.split('\n')) if (PREFIX.test(line)) warnings.add(line.replace(PREFIX, ''));
  }).catch(passProblem);
  const isHarmless = [...warnings].every((warning) => HARMLESS.some((known) => known.test(warning)));
  if (raster && !cutOff && warnings.size > 0 && isHarmless)
    return { raster, oddities: [...warnings].slice(0, MAX_ODDITIES) };
  const loss = raster ? lossOfRaster(raster) : '';
  if (cutOff) throw truncated(loss);
  throw new Problem('unreadable_image', `The ${format.toUpperCase()} data is damaged. ${loss}`.trim());
}

/** Passes on what is said of the image; sharp's errors mean damage. */
function passProblem(error: unknown): undefined {
  if (error instanceof Problem) throw error;
}

/** Says how many rows are missing at the end: decoders repeat the last one, or leave the rest at one value. */
function lossOfRaster({ width, height, data }: Raster): string {
  const bytes = 3 * width;
  const last = Buffer.from(data.buffer, data.byteOffset + bytes * (height - 1), bytes);
  let rows = 1;
  while (rows < height && last.equals(data.subarray(bytes * (height - 1 - rows), bytes * (height - rows))))
    rows++;
  return rows === 1 ? 'A part of the picture is lost.' : lossOf(rows, height);
}
