import { readExifTags } from './exif-block.ts';
import type { Exif } from './imaging.ts';

/** Characters of a camera's or a lens's name. */
const MAX_TEXT = 120;

/**
 * Reads the stored tags of an EXIF block. Tags without a sensible value are left out; a broken block has none.
 * @param block from its byte order mark on
 * @param decoded the orientation as the decoder read it, by default the block's; values other than 1..8 are left out
 */
export function exifOf(block: Uint8Array | undefined, decoded: number | undefined): Exif {
  const tags = block ? readExifTags(block) : {};
  const orientation = decoded ?? tags.orientation;
  const camera = cameraName(printable(tags.make), printable(tags.model));
  const lens = printable(tags.lens);
  const takenAt = timeOf(tags.takenAt, printable(tags.offset));
  const latitude = degrees(tags.latitude, tags.latitudeRef, 'S', 90);
  const longitude = degrees(tags.longitude, tags.longitudeRef, 'W', 180);
  return {
    ...(camera && { camera }),
    ...(lens && { lens }),
    ...(takenAt && { taken_at: takenAt }),
    ...(orientation !== undefined && orientation >= 1 && orientation <= 8 && { orientation }),
    ...(latitude !== undefined && longitude !== undefined && { gps: { latitude, longitude } }),
  };
}

/** Returns the text up to its first zero byte without control characters: safe for records and logs. */
function printable(text: string | undefined): string | undefined {
  const [content = ''] = (text ?? '').split('\0', 1);
  const clean = content.replace(/[\p{C}\s\ufffd]+/gu, ' ').trim();
  return Array.from(clean).slice(0, MAX_TEXT).join('') || undefined;
}

/** Joins maker and model, unless the model repeats its maker: "Canon", "Canon EOS R5". */
function cameraName(make?: string, model?: string): string | undefined {
  if (!make || !model) return model ?? make;
  return model.toLowerCase().startsWith(make.toLowerCase()) ? model : `${make} ${model}`;
}

/** Returns RFC 3339 where the block has the offset from UTC, else the camera's local time. */
function timeOf(text: string | undefined, offset: string | undefined): string | undefined {
  const digits = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)[\0 ]*$/.exec(text ?? '');
  if (!digits) return undefined;
  const local = `${digits[1]}-${digits[2]}-${digits[3]}T${digits[4]}`;
  const date = new Date(`${local}Z`);
  // No such day or hour: cameras whose clock was never set write zeros.
  if (Number.isNaN(date.getTime()) || !date.toISOString().startsWith(local)) return undefined;
  return offset && /^[+-]\d\d:\d\d$/.test(offset) ? local + offset : local;
}

/** Converts degrees, minutes and seconds to decimal degrees; south and west are negative. */
function degrees(
  values: readonly number[] | undefined,
  reference: string | undefined,
  negative: string,
  limit: number,
): number | undefined {
  if (!values || reference === undefined) return undefined;
  const [whole = Number.NaN, minutes = Number.NaN, seconds = Number.NaN] = values;
  const sum = whole + minutes / 60 + seconds / 3600;
  if (!(sum >= 0 && sum <= limit)) return undefined;
  return Number((reference.startsWith(negative) ? -sum : sum).toFixed(6));
}
