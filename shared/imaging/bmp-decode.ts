import { type BmpHeader, COMPRESSION } from './bmp-header.ts';
import type { Pixels } from './pixels-as-tiff.ts';

/** Bytes of a row in the file: a multiple of four. */
const rowBytesOf = ({ width, bitsPerPixel }: BmpHeader): number => 4 * Math.ceil((width * bitsPerPixel) / 32);

/** Returns the rows that are in the file, at most the height; of compressed rows the decoder knows the number. */
export function rowsInFile(header: BmpHeader, bytes: number): number {
  if (isRunLength(header)) return header.height;
  return Math.max(0, Math.min(header.height, Math.floor((bytes - header.dataAt) / rowBytesOf(header))));
}

const isRunLength = ({ compression }: BmpHeader) =>
  compression === COMPRESSION.rle8 || compression === COMPRESSION.rle4;

/** Decodes a BMP whose rows are all in the file. Pixels that compressed rows skip are of the first colour. */
export function decodeBmp(file: Buffer, header: BmpHeader): Pixels {
  const { width, height, isBottomUp, bitsPerPixel } = header;
  const hasAlpha = bitsPerPixel > 8 && header.masks[3] !== 0;
  const channels = hasAlpha ? 4 : 3;
  const stride = width * channels;
  const data = new Uint8Array(stride * height);
  const rowAt = (row: number) => stride * (isBottomUp ? height - 1 - row : row);
  if (isRunLength(header)) {
    const { palette } = header;
    const indices = unpackRuns(file, header);
    for (let row = 0; row < height; row++)
      for (let x = 0; x < width; x++)
        for (let channel = 0; channel < 3; channel++)
          data[rowAt(row) + 3 * x + channel] = palette[3 * (indices[row * width + x] ?? 0) + channel] ?? 0;
  } else {
    const writeRow = bitsPerPixel <= 8 ? indexedRow : maskedRow;
    const rowBytes = rowBytesOf(header);
    for (let row = 0; row < height; row++)
      writeRow(file, header.dataAt + row * rowBytes, header, data.subarray(rowAt(row), rowAt(row) + stride));
  }
  const pixels = { width, height, channels, stride, data } as const;
  return hasAlpha ? withSensibleAlpha(pixels) : pixels;
}

/** Writers that know no alpha leave it 0 everywhere: such an image is opaque. */
function withSensibleAlpha(pixels: Pixels): Pixels {
  const { data } = pixels;
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 0) return pixels;
  for (let at = 3; at < data.length; at += 4) data[at] = 255;
  return pixels;
}

function indexedRow(file: Buffer, from: number, { bitsPerPixel, palette }: BmpHeader, row: Uint8Array): void {
  const perByte = 8 / bitsPerPixel;
  const mask = (1 << bitsPerPixel) - 1;
  for (let x = 0; 3 * x < row.length; x++) {
    const shift = 8 - bitsPerPixel * ((x % perByte) + 1);
    const index = ((file[from + Math.floor(x / perByte)] ?? 0) >> shift) & mask;
    for (let channel = 0; channel < 3; channel++) row[3 * x + channel] = palette[3 * index + channel] ?? 0;
  }
}

function maskedRow(
  file: Buffer,
  from: number,
  { bitsPerPixel, masks, width }: BmpHeader,
  row: Uint8Array,
): void {
  const bytes = bitsPerPixel / 8;
  const channels = row.length / width;
  if (bitsPerPixel === 24) {
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < 3; channel++)
        row[3 * x + channel] = file[from + 3 * x + 2 - channel] ?? 0;
    return;
  }
  const scales = masks.map(scaleOf);
  for (let x = 0; x < width; x++) {
    const at = from + x * bytes;
    const value = bytes === 2 ? file.readUInt16LE(at) : file.readUInt32LE(at);
    for (let channel = 0; channel < channels; channel++)
      row[channels * x + channel] = scales[channel]?.(value) ?? 0;
  }
}

/** Returns a function that scales the bits of a mask to 0..255. */
function scaleOf(mask: number): (value: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const max = mask >>> shift;
  return (value) => Math.round((255 * ((value & mask) >>> shift)) / max);
}

/** Returns the colour indices of all rows, in the order of the file. Runs are clipped to their row. */
function unpackRuns(file: Buffer, { width, height, compression, dataAt }: BmpHeader): Uint8Array {
  const isNibbles = compression === COMPRESSION.rle4;
  const indices = new Uint8Array(width * height);
  let [x, y, at] = [0, 0, dataAt];
  const put = (index: number) => {
    if (x < width) indices[y * width + x] = index;
    x++;
  };
  while (y < height && at + 1 < file.length) {
    const count = file[at] ?? 0;
    const value = file[at + 1] ?? 0;
    at += 2;
    if (count > 0) {
      const run = Math.min(count, Math.max(0, width - x));
      for (let index = 0; index < run; index++) put(isNibbles ? (value >> (index % 2 ? 0 : 4)) & 15 : value);
    } else if (value === 0) {
      [x, y] = [0, y + 1];
    } else if (value === 1) break;
    else if (value === 2) {
      x += file[at] ?? 0;
      y += file[at + 1] ?? 0;
      at += 2;
    } else {
      for (let index = 0; index < value; index++) {
        const byte = file[at + (isNibbles ? index >> 1 : index)] ?? 0;
        put(isNibbles ? (byte >> (index % 2 ? 0 : 4)) & 15 : byte);
      }
      const bytes = isNibbles ? Math.ceil(value / 2) : value;
      at += bytes + (bytes & 1);
    }
  }
  return indices;
}
