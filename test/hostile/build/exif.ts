import { bytes, u16le, u32le } from './bytes.ts';
import { directory, directorySize, type Entry, entry, TYPES } from './tiff.ts';

const FIRST = 8;
/** Make, Model, DateTime, Artist …: tags of the first directory that readers know. */
export const MAKE = 271;
export const EXIF_DIRECTORY = 34_665;
export const GPS_DIRECTORY = 34_853;

/** Makes an EXIF block: header, directory, and values that begin at `valuesAt(entries.length)`. */
export const block = (entries: readonly Entry[], values: Uint8Array = Buffer.alloc(0), next = 0) =>
  bytes('II*\0', u32le(FIRST), directory(entries, next), values);
export const valuesAt = (entries: number) => FIRST + directorySize(entries);

/** Makes a block of `count` tags, each an array of `values` shorts with bytes of its own. */
export function arrays(count: number, values: number): Buffer {
  const at = valuesAt(count);
  const entries = Array.from({ length: count }, (_, index) =>
    entry(MAKE + index, TYPES.short, values, at + index * values * 2),
  );
  return block(entries, Buffer.alloc(count * values * 2, 7));
}

/** Makes a block of `count` tags that all share one value. */
export function shared(count: number, type: number, values: number, size: number): Buffer {
  const at = valuesAt(count);
  const entries = Array.from({ length: count }, (_, index) => entry(MAKE + index, type, values, at));
  return block(entries, Buffer.alloc(size, 0x41));
}

/** Makes a block whose EXIF and GPS directories are the first one, or each other. */
export const cyclic = () =>
  block(
    [entry(EXIF_DIRECTORY, TYPES.long, 1, FIRST), entry(GPS_DIRECTORY, TYPES.long, 1, FIRST)],
    Buffer.alloc(8),
    FIRST,
  );

/** Makes a block with texts for the camera. */
export function camera(text: Buffer): Buffer {
  const at = valuesAt(2);
  return block(
    [entry(MAKE, TYPES.ascii, text.length, at), entry(MAKE + 1, TYPES.ascii, text.length, at)],
    text,
  );
}

/** Makes a block with a position: degrees, minutes and seconds as numerators and denominators. */
export function position(rationals: readonly [number, number][]): Buffer {
  const gpsAt = valuesAt(1);
  const valueAt = gpsAt + directorySize(4);
  const value = bytes(...rationals.map(([over, under]) => bytes(u32le(over), u32le(under))));
  const south = u16le(0x53).readUInt16LE();
  const gps = directory([
    entry(1, TYPES.ascii, 2, south),
    entry(2, TYPES.rational, rationals.length, valueAt),
    entry(3, TYPES.ascii, 2, south),
    entry(4, TYPES.rational, rationals.length, valueAt),
  ]);
  return block([entry(GPS_DIRECTORY, TYPES.long, 1, gpsAt)], bytes(gps, value));
}

/** Makes a block with the time at which the picture was taken. */
export function takenAt(text: Buffer): Buffer {
  const photoAt = valuesAt(1);
  const photo = directory([entry(36_867, TYPES.ascii, text.length, photoAt + directorySize(1))]);
  return block([entry(EXIF_DIRECTORY, TYPES.long, 1, photoAt)], bytes(photo, text));
}
