/** Bytes of a value of each TIFF type; the first is type 1, and 13 to 18 are those of BigTIFF. */
const TYPE_BYTES = [1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

/** An entry of a directory. */
export interface Entry {
  tag: number;
  type: number;
  count: number;
  /** Offset of its values in the file, and their length in bytes. */
  at: number;
  bytes: number;
  /** Offset of the entry itself. */
  entryAt: number;
}

/** Reads the numbers of a TIFF or BigTIFF file in its byte order. */
export interface TiffFile {
  buffer: Buffer;
  big: boolean;
  little: boolean;
  u16(at: number): number;
  u32(at: number): number;
  /** An offset or a count: 4 bytes, or 8 in BigTIFF. */
  word(at: number): number;
  /** Returns a function that reads the value of an index of an entry of integers. */
  reader(entry: Entry): (index: number) => number;
  /** Writes such a value. */
  write(entry: Entry, index: number, value: number): void;
}

/** Returns undefined if the second number of the file is none of `magics`: by default those of TIFF and BigTIFF. */
export function tiffFile(buffer: Buffer, magics: readonly number[] = [42, 43]): TiffFile | undefined {
  const little = buffer.toString('latin1', 0, 2) === 'II';
  const u16 = (at: number) => (little ? buffer.readUInt16LE(at) : buffer.readUInt16BE(at));
  const u32 = (at: number) => (little ? buffer.readUInt32LE(at) : buffer.readUInt32BE(at));
  const u64 = (at: number) => Number(little ? buffer.readBigUInt64LE(at) : buffer.readBigUInt64BE(at));
  const magic = u16(2);
  if (!magics.includes(magic)) return undefined;
  const big = magic === 43;
  const readers: Readonly<Record<number, (at: number) => number>> = {
    1: (at) => buffer.readUInt8(at),
    2: u16,
    8: u64,
  };
  return {
    buffer,
    big,
    little,
    u16,
    u32,
    word: big ? u64 : u32,
    reader({ type, at }) {
      const size = TYPE_BYTES[type - 1] || 1;
      const read = readers[size] ?? u32;
      return (index) => read(at + index * size);
    },
    write({ type, at }, index, value) {
      const size = TYPE_BYTES[type - 1] || 1;
      writeInteger(buffer, little, value, at + index * size, size);
    },
  };
}

export interface Directory {
  entries: Entry[];
  /** The offset of the directory after it, 0 where there is none. */
  next: number;
}

export const firstDirectory = ({ big, word }: TiffFile): number => word(big ? 8 : 4);

/** Reads the directory at an offset. */
export function readDirectory(file: TiffFile, start: number): Directory {
  const { big, u16, word } = file;
  const wordBytes = big ? 8 : 4;
  const count = big ? word(start) : u16(start);
  const size = 4 + 2 * wordBytes;
  const first = start + (big ? 8 : 2);
  const next = word(first + count * size);
  const entries = Array.from({ length: count }, (_, index): Entry => {
    const entryAt = first + index * size;
    const type = u16(entryAt + 2);
    const values = word(entryAt + 4);
    const bytes = values * (TYPE_BYTES[type - 1] || 1);
    const valueAt = entryAt + 4 + wordBytes;
    return {
      tag: u16(entryAt),
      type,
      count: values,
      at: bytes <= wordBytes ? valueAt : word(valueAt),
      bytes,
      entryAt,
    };
  });
  return { entries, next };
}

/** Copies the file, with a directory of `entries` at its end in place of its own. */
export function withDirectory({ buffer, big, little }: TiffFile, entries: readonly Entry[]): Buffer {
  const word = big ? 8 : 4;
  const size = 4 + 2 * word;
  const start = Math.ceil(buffer.length / word) * word;
  const countBytes = big ? 8 : 2;
  const copy = Buffer.alloc(start + countBytes + entries.length * size + word);
  buffer.copy(copy);
  writeInteger(copy, little, start, big ? 8 : 4, word);
  writeInteger(copy, little, entries.length, start, countBytes);
  for (const [index, { entryAt }] of entries.entries()) {
    buffer.copy(copy, start + countBytes + index * size, entryAt, entryAt + size);
  }
  return copy;
}

function writeInteger(buffer: Buffer, little: boolean, value: number, at: number, length: number): void {
  for (let index = 0; index < length; index++)
    buffer[at + (little ? index : length - 1 - index)] = Math.floor(value / 256 ** index) % 256;
}
