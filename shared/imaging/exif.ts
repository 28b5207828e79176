import readExif from 'exif-reader';
import type { Exif } from './imaging.ts';

/** Characters of a camera's or a lens's name. */
const MAX_TEXT = 120;

/**
 * Reads the stored tags of an EXIF block. Tags without a sensible value are left out; a broken block has none.
 * @param block the raw EXIF block
 * @param orientation as the decoder read it; values other than 1..8 are left out
 */
export function exifOf(block: Uint8Array | undefined, orientation: number | undefined): Exif {
  const tags = parsed(block);
  const camera = cameraName(text(tags?.Image?.Make), text(tags?.Image?.Model));
  const lens = text(tags?.Photo?.LensModel);
  const takenAt = timeOf(tags?.Photo?.DateTimeOriginal, text(tags?.Photo?.OffsetTimeOriginal));
  const latitude = degrees(tags?.GPSInfo?.GPSLatitude, tags?.GPSInfo?.GPSLatitudeRef, 'S', 90);
  const longitude = degrees(tags?.GPSInfo?.GPSLongitude, tags?.GPSInfo?.GPSLongitudeRef, 'W', 180);
  return {
    ...(camera && { camera }),
    ...(lens && { lens }),
    ...(takenAt && { taken_at: takenAt }),
    ...(orientation !== undefined && orientation >= 1 && orientation <= 8 && { orientation }),
    ...(latitude !== undefined && longitude !== undefined && { gps: { latitude, longitude } }),
  };
}

/** Returns undefined for a broken block: it is no reason to refuse the image. */
function parsed(block: Uint8Array | undefined): readExif.Exif | undefined {
  if (!block) return undefined;
  try {
    return readExif(Buffer.from(block));
  } catch {
    return undefined;
  }
}

/** Returns printable text, safe for records and logs. */
function text(value: unknown): string | undefined {
  const raw = Buffer.isBuffer(value) ? value.toString('utf8') : value;
  if (typeof raw !== 'string') return undefined;
  const [content = ''] = raw.split('\0', 1);
  return (
    content
      .replace(/[\p{C}\s]+/gu, ' ')
      .trim()
      .slice(0, MAX_TEXT) || undefined
  );
}

/** Joins maker and model, unless the model repeats its maker: "Canon", "Canon EOS R5". */
function cameraName(make?: string, model?: string): string | undefined {
  if (!make || !model) return model ?? make;
  return model.toLowerCase().startsWith(make.toLowerCase()) ? model : `${make} ${model}`;
}

/** Returns RFC 3339 where the block has the offset from UTC, else the camera's local time. */
function timeOf(date: unknown, offset: string | undefined): string | undefined {
  if (!(date instanceof Date) || Number.isNaN(date.getTime())) return undefined;
  const local = date.toISOString().slice(0, 19);
  return offset && /^[+-]\d\d:\d\d$/.test(offset) ? local + offset : local;
}

/** Converts degrees, minutes and seconds to decimal degrees; south and west are negative. */
function degrees(value: unknown, reference: unknown, negative: string, limit: number): number | undefined {
  if (!Array.isArray(value) || value.length !== 3 || typeof reference !== 'string') return undefined;
  const [whole, minutes, seconds] = value.map(Number);
  const sum = (whole ?? Number.NaN) + (minutes ?? Number.NaN) / 60 + (seconds ?? Number.NaN) / 3600;
  if (!(sum >= 0 && sum <= limit)) return undefined;
  return Number((reference.startsWith(negative) ? -sum : sum).toFixed(6));
}
