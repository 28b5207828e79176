import { orientationBlock } from '../exif-block.ts';
import { isFrameHeader, ScanCoverage } from './jpeg-scans.ts';
import { KeptRanges } from './kept-ranges.ts';
import { limitParts, MAX_PARTS, MAX_PROFILE_BYTES, type Structure } from './structure.ts';

const EOI = 0xd9;
const SOS = 0xda;
/** Segments before the frame header; a profile of 4 MB has 65. */
const MAX_HEADER_SEGMENTS = 200;
const END = Buffer.of(0xff, EOI);
/** Frames that no decoder of photographs reads: sensors' samples in RAW files. */
const LOSSLESS = [0xc3, 0xc7, 0xcb, 0xcf];
const EXIF_SEGMENT = 0xe1;
const PROFILE_SEGMENT = 0xe2;
const EXIF = 'Exif\0\0';
/** Application segments that change colours, by marker: the others are metadata. */
const COLOUR_SEGMENTS: Readonly<Record<number, string>> = {
  224: 'JFIF\0',
  226: 'ICC_PROFILE\0',
  238: 'Adobe',
};

/**
 * Walks segments and scans to the end-of-image marker. (That of an embedded thumbnail is inside a segment.) A file without
 * it gets one: the decoder then reports whether the data of the last scan are whole. Drops
 * comments, application segments without colours, and bytes between segments; an EXIF block becomes its orientation.
 */
export function jpegStructure(file: Buffer): Structure {
  const kept = new KeptRanges(file);
  let exif: Buffer | undefined;
  const coverage = new ScanCoverage();
  let scans = 0;
  let profileBytes = 0;
  let profileIgnored = false;
  kept.keep(0, 2);
  for (let at = 2, segments = 0; ; limitParts(++segments)) {
    const start = nextMarker(file, at);
    if (scans > 0) kept.keep(at, start); // the data of a scan
    const marker = file[start + 1];
    const last = marker === undefined || marker === EOI;
    if (last) {
      // Damage can hide the marker at the end from this walk.
      const ends = marker === EOI || file.subarray(-END.length).equals(END);
      const cutOff = ends ? undefined : coverage.isComplete() ? 'maybe' : 'certainly';
      if (marker === EOI) kept.keep(start, start + 2);
      else kept.insert(END);
      return {
        decodable: kept.result(),
        scans,
        profileIgnored,
        ...(cutOff && { cutOff }),
        ...(exif && { exif }),
      };
    }
    const end = Math.min(start + 2 + file.readUInt16BE(start + 2), file.length);
    const content = file.subarray(start + 4, end);
    if (marker === SOS) {
      scans++;
      coverage.addScan(content);
    }
    if (isFrameHeader(marker)) coverage.startFrame(marker, content);
    if (marker === EXIF_SEGMENT && !exif && startsWith(content, EXIF)) {
      exif = content.subarray(EXIF.length);
      const orientation = orientationBlock(exif);
      if (orientation) kept.insert(exifSegment(orientation));
    }
    // An incomplete profile is ignored.
    if (marker === PROFILE_SEGMENT) profileBytes += content.length;
    const dropped = marker === PROFILE_SEGMENT && profileBytes > MAX_PROFILE_BYTES;
    profileIgnored ||= dropped;
    if (!dropped && isNeeded(marker, content)) kept.keep(start, end);
    at = end;
  }
}

/** Inserts an EXIF block after the start of a JPEG. */
export const withExif = (file: Buffer, block: Buffer): Buffer =>
  Buffer.concat([file.subarray(0, 2), exifSegment(block), file.subarray(2)]);

/** Returns width and height as the frame header says; 0 if there is none, or if it is lossless. */
export function jpegSize(file: Buffer): [number, number] {
  for (let at = 2, segments = 0; segments < MAX_PARTS; segments++) {
    const start = nextMarker(file, at);
    if (start + 9 > file.length) break;
    const marker = file[start + 1] ?? 0;
    if (marker === SOS) break;
    if (isFrameHeader(marker))
      return LOSSLESS.includes(marker)
        ? [0, 0]
        : [file.readUInt16BE(start + 7), file.readUInt16BE(start + 5)];
    at = start + 2 + file.readUInt16BE(start + 2);
  }
  return [0, 0];
}

/** Returns true if a JPEG begins at an offset: segments without a gap, up to its frame header. */
export function isJpegHeader(file: Buffer, offset: number): boolean {
  for (
    let at = offset + 2, segments = 0;
    at + 4 <= file.length && segments < MAX_HEADER_SEGMENTS;
    segments++
  ) {
    const marker = file[at + 1] ?? 0;
    if (file[at] !== 0xff || marker < 0xc0 || marker === SOS) return false;
    if (isFrameHeader(marker)) return true;
    at += 2 + file.readUInt16BE(at + 2);
  }
  return false;
}

/** Returns where the next segment starts: a marker other than stuffed zero, fill bytes and restarts; else the end. */
function nextMarker(file: Buffer, from: number): number {
  const last = file.length - 1;
  for (let at = from; at < last; at++) {
    if (file[at] !== 0xff) continue;
    const marker = file[at + 1] ?? 0;
    const standsAlone = marker <= 0x01 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd8);
    if (!standsAlone) return at;
  }
  return file.length;
}

function isNeeded(marker: number, content: Buffer): boolean {
  const isMetadata = (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;
  const name = COLOUR_SEGMENTS[marker];
  return !isMetadata || (name !== undefined && startsWith(content, name));
}

const startsWith = (content: Buffer, name: string) => content.toString('latin1', 0, name.length) === name;

function exifSegment(block: Buffer): Buffer {
  const segment = Buffer.alloc(4 + EXIF.length + block.length);
  segment.writeUInt16BE(0xff00 + EXIF_SEGMENT, 0);
  segment.writeUInt16BE(segment.length - 2, 2);
  segment.write(EXIF, 4, 'latin1');
  block.copy(segment, 4 + EXIF.length);
  return segment;
}
