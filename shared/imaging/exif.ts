import readExif from 'exif-reader';
import type { Exif } from './imaging.ts';

/** Longer texts are not names of cameras. */
const MAX_TEXT = 120;

/**
 * What a picture's EXIF block says, as far as it makes sense; a broken block says nothing.
 * @param block the raw EXIF block
 * @param orientation as the decoder read it, 1..8
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

/** A block that cannot be read is no reason to refuse the picture. */
function parsed(block: Uint8Array | undefined): readExif.Exif | undefined {
  if (!block) return undefined;
  try {
    return readExif(Buffer.from(block));
  } catch {
    return undefined;
  }
}

/** Printable text: what comes from a stranger's file goes into records and logs. */
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

/** Most models repeat their maker: "Canon", "Canon EOS R5". */
function cameraName(make?: string, model?: string): string | undefined {
  if (!make || !model) return model ?? make;
  return model.toLowerCase().startsWith(make.toLowerCase()) ? model : `${make} ${model}`;
}

/** EXIF has the time on the camera's clock, and only sometimes the offset: RFC 3339 with it, local time without. */
function timeOf(date: unknown, offset: string | undefined): string | undefined {
  if (!(date instanceof Date) || Number.isNaN(date.getTime())) return undefined;
  const local = date.toISOString().slice(0, 19);
  return offset && /^[+-]\d\d:\d\d$/.test(offset) ? local + offset : local;
}

/** Degrees, minutes and seconds as decimal degrees; south and west are negative. */
function degrees(value: unknown, reference: unknown, negative: string, limit: number): number | undefined {
  if (!Array.isArray(value) || value.length !== 3 || typeof reference !== 'string') return undefined;
  const [whole, minutes, seconds] = value.map(Number);
  const sum = (whole ?? Number.NaN) + (minutes ?? Number.NaN) / 60 + (seconds ?? Number.NaN) / 3600;
  if (!(sum >= 0 && sum <= limit)) return undefined;
  return Number((reference.startsWith(negative) ? -sum : sum).toFixed(6));
}
