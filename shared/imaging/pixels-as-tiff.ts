/** Rows of 8-bit samples as a decoder leaves them: RGB, or RGBA. */
export interface Pixels {
  width: number;
  height: number;
  channels: 3 | 4;
  /** Bytes from one row to the next. */
  stride: number;
  data: Uint8Array;
}

const HEADER = 8;
const ENTRY = 12;
/** Rows of a strip: the decoder holds one at a time. */
const STRIP_ROWS = 64;
const [SHORT, LONG, UNDEFINED] = [3, 4, 7] as const;
const TYPE_BYTES: Readonly<Record<number, number>> = { [SHORT]: 2, [LONG]: 4, [UNDEFINED]: 1 };

type Field = readonly [tag: number, type: typeof SHORT | typeof LONG, ...values: number[]];

/**
 * Makes an uncompressed TIFF of decoded pixels, so that libvips converts their colours and lays them on a ground as it does
 * those of other formats. sharp takes no profile with raw pixels.
 * @param profile the ICC profile of the pixels; sRGB without one
 */
export function tiffOf({ width, height, channels, stride, data }: Pixels, profile?: Uint8Array): Buffer {
  const rowBytes = width * channels;
  const strips = Math.ceil(height / STRIP_ROWS);
  const rowsOf = (strip: number) => Math.min(STRIP_ROWS, height - strip * STRIP_ROWS);
  const each = (value: (strip: number) => number) =>
    Array.from({ length: strips }, (_, index) => value(index));
  const fields: Field[] = [
    [256, LONG, width],
    [257, LONG, height],
    [258, SHORT, ...Array<number>(channels).fill(8)],
    [259, SHORT, 1], // no compression
    [262, SHORT, 2], // RGB
    [273, LONG, ...each((strip) => HEADER + strip * STRIP_ROWS * rowBytes)],
    [277, SHORT, channels],
    [278, LONG, STRIP_ROWS],
    [279, LONG, ...each((strip) => rowsOf(strip) * rowBytes)],
    ...(channels === 4 ? [[338, SHORT, 2] as const] : []), // alpha that is not multiplied in
  ];
  const pixelBytes = HEADER + rowBytes * height;
  const directory = directoryOf(fields, pixelBytes + (pixelBytes & 1), profile);
  const file = Buffer.alloc(pixelBytes + (pixelBytes & 1) + directory.length);
  file.write('II*\0', 0, 'latin1');
  file.writeUInt32LE(file.length - directory.length, 4);
  for (let row = 0; row < height; row++)
    file.set(data.subarray(row * stride, row * stride + rowBytes), HEADER + row * rowBytes);
  directory.copy(file, file.length - directory.length);
  return file;
}

/** @param at offset of the directory in the file */
function directoryOf(fields: readonly Field[], at: number, profile?: Uint8Array): Buffer {
  const entries = [
    ...fields.map(([tag, type, ...values]) => ({
      tag,
      type,
      count: values.length,
      bytes: bytesOf(type, values),
    })),
    ...(profile
      ? [{ tag: 34_675, type: UNDEFINED, count: profile.length, bytes: Buffer.from(profile) }]
      : []),
  ];
  const table = Buffer.alloc(2 + entries.length * ENTRY + 4);
  const values: Buffer[] = [];
  let valueAt = at + table.length;
  table.writeUInt16LE(entries.length);
  for (const [index, { tag, type, count, bytes }] of entries.entries()) {
    const entry = 2 + index * ENTRY;
    table.writeUInt16LE(tag, entry);
    table.writeUInt16LE(type, entry + 2);
    table.writeUInt32LE(count, entry + 4);
    if (bytes.length <= 4) bytes.copy(table, entry + 8);
    else {
      table.writeUInt32LE(valueAt, entry + 8);
      values.push(bytes, Buffer.alloc(bytes.length & 1));
      valueAt += bytes.length + (bytes.length & 1);
    }
  }
  return Buffer.concat([table, ...values]);
}

function bytesOf(type: number, values: readonly number[]): Buffer {
  const size = TYPE_BYTES[type] ?? 1;
  const bytes = Buffer.alloc(size * values.length);
  for (const [index, value] of values.entries()) bytes.writeUIntLE(value, index * size, size);
  return bytes;
}
