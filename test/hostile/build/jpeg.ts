import { bytes, times, u16be } from './bytes.ts';

const SOI = bytes(0xff, 0xd8);
export const EOI = bytes(0xff, 0xd9);
const QUANTISATION = segment(0xdb, bytes(0, Buffer.alloc(64, 1)));
/** One code of one bit, `0`: a DC difference of 0, or an AC end-of-band run of 16 384 blocks (14 further bits). */
const TABLES = bytes(huffman(0x00, 0x00), huffman(0x10, 0xe0));
const BLOCKS_A_RUN = 16_384;
const BITS_A_RUN = 15;
const COMPONENTS = [1, 2, 3] as const;

/** Makes a segment: marker, length, content. */
export function segment(marker: number, content: Uint8Array): Buffer {
  return bytes(0xff, marker, u16be(content.length + 2), content);
}

/** Inserts segments after the start-of-image marker. */
export const withSegments = (jpeg: Buffer, segments: Uint8Array): Buffer =>
  bytes(jpeg.subarray(0, 2), segments, jpeg.subarray(2));

/** Makes a frame header without subsampling. `kind` 0xc0 baseline, 0xc2 progressive, 0xc9 arithmetic. */
export function frame(kind: number, width: number, height: number, components = 3, precision = 8): Buffer {
  const planes = Array.from({ length: components }, (_, index) => bytes(index + 1, 0x11, 0));
  return segment(kind, bytes(precision, u16be(height), u16be(width), components, ...planes));
}

/** Makes a valid progressive JPEG of one colour, whose scans all refine nothing: as many as 63 × 14 × 3. */
export function scans(count: number, width: number, height: number): Buffer {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  const dc = Buffer.alloc(Math.ceil((blocks * 3) / 8));
  const ac = Buffer.alloc(Math.ceil((Math.ceil(blocks / BLOCKS_A_RUN) * BITS_A_RUN) / 8));
  const parts = [
    SOI,
    QUANTISATION,
    TABLES,
    frame(0xc2, width, height),
    scanHeader(COMPONENTS, 0, 0, 0, 0),
    dc,
  ];
  let made = 1;
  for (let bit = 13; bit >= 0; bit--) {
    for (let coefficient = 1; coefficient <= 63; coefficient++) {
      for (const component of COMPONENTS) {
        if (made++ >= count) return bytes(...parts, EOI);
        parts.push(scanHeader([component], coefficient, coefficient, bit === 13 ? 0 : bit + 1, bit), ac);
      }
    }
  }
  return bytes(...parts, EOI);
}

/** Makes a baseline JPEG of one colour. */
export function flatJpeg(width: number, height: number): Buffer {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  const tables = bytes(huffman(0x00, 0x00), huffman(0x10, 0x00));
  const scan = bytes(scanHeader(COMPONENTS, 0, 63, 0, 0), Buffer.alloc(Math.ceil((blocks * 6) / 8)));
  return bytes(SOI, QUANTISATION, tables, frame(0xc0, width, height), scan, EOI);
}

/** Makes a file of a header and `body` in place of scans. */
export const headerOnly = (
  kind: number,
  width: number,
  height: number,
  body: Uint8Array = EOI,
  components = 3,
) => bytes(SOI, QUANTISATION, TABLES, frame(kind, width, height, components), body);

export const comments = (count: number, size: number) =>
  times(count, segment(0xfe, Buffer.alloc(size, 0x41)));

/** Splits an ICC profile over APP2 segments. */
export function profileSegments(profile: Buffer): Buffer {
  const size = 65_000;
  const count = Math.ceil(profile.length / size);
  const parts = Array.from({ length: count }, (_, index) =>
    segment(
      0xe2,
      bytes('ICC_PROFILE\0', index + 1, count, profile.subarray(index * size, (index + 1) * size)),
    ),
  );
  return bytes(...parts);
}

function scanHeader(
  components: readonly number[],
  from: number,
  to: number,
  high: number,
  low: number,
): Buffer {
  const selectors = components.map((component) => bytes(component, 0x00));
  return segment(0xda, bytes(components.length, ...selectors, from, to, (high << 4) | low));
}

function huffman(table: number, symbol: number): Buffer {
  return segment(0xc4, bytes(table, 1, Buffer.alloc(15), symbol));
}
