/** Concatenates numbers as bytes, text as latin1 and buffers. */
export const bytes = (...parts: (number | string | Uint8Array)[]): Buffer =>
  Buffer.concat(
    parts.map((part) =>
      typeof part === 'number'
        ? Buffer.of(part)
        : typeof part === 'string'
          ? Buffer.from(part, 'latin1')
          : part,
    ),
  );

const integer = (size: number, write: (buffer: Buffer, value: number) => void) => (value: number) => {
  const buffer = Buffer.alloc(size);
  write(buffer, value);
  return buffer;
};
export const u16be = integer(2, (buffer, value) => buffer.writeUInt16BE(value));
export const u16le = integer(2, (buffer, value) => buffer.writeUInt16LE(value));
export const u32be = integer(4, (buffer, value) => buffer.writeUInt32BE(value));
export const u32le = integer(4, (buffer, value) => buffer.writeUInt32LE(value));
export const u64be = integer(8, (buffer, value) => buffer.writeBigUInt64BE(BigInt(value)));
export const u64le = integer(8, (buffer, value) => buffer.writeBigUInt64LE(BigInt(value)));

/** Repeats a buffer `count` times. */
export const times = (count: number, part: Uint8Array): Buffer => {
  const all = Buffer.alloc(part.length * count);
  for (let index = 0; index < count; index++) all.set(part, index * part.length);
  return all;
};

export const MEGABYTE = 1024 * 1024;
