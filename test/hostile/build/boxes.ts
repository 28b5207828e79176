import { bytes, times, u16be, u32be, u64be } from './bytes.ts';

/** Makes a box of ISO base media. */
export const box = (type: string, ...content: (Uint8Array | string | number)[]) => {
  const body = bytes(...content);
  return bytes(u32be(body.length + 8), type, body);
};
/** Makes a box with version and flags. */
export const fullBox = (type: string, version: number, ...content: (Uint8Array | string | number)[]) =>
  box(type, version, 0, 0, 0, ...content);

export const fileType = (brand = 'avif', ...compatible: string[]) =>
  box('ftyp', brand, u32be(0), ...['mif1', 'miaf', ...compatible]);

/** Nests boxes `depth` levels deep, each of the same type, from the inside. */
export function nested(type: string, depth: number): Buffer {
  const all = Buffer.alloc(depth * 8);
  for (let level = 0; level < depth; level++) {
    all.writeUInt32BE((depth - level) * 8, level * 8);
    all.write(type, level * 8 + 4, 'latin1');
  }
  return all;
}

export const handler = fullBox('hdlr', 0, u32be(0), 'pict', Buffer.alloc(13));
export const primary = (item: number) => fullBox('pitm', 0, u16be(item));
export const itemInfo = (item: number, type: string) => fullBox('infe', 2, u16be(item), u16be(0), type, 0);
/** Makes the entry of a tile, which is no image by itself. */
export const hiddenInfo = (item: number, type: string) =>
  box('infe', 2, 0, 0, 1, u16be(item), u16be(0), type, 0);
export const itemInfos = (infos: readonly Uint8Array[]) =>
  fullBox('iinf', 0, u16be(infos.length), Buffer.concat(infos));
export const emptyBoxes = (count: number, type = 'free') => times(count, box(type));
/** A box that reaches to the end of the file. */
export const endless = (type: string) => bytes(u32be(0), type);
export const largeBox = (type: string, size: number) => bytes(u32be(1), type, u64be(size));

export interface Extent {
  offset: number;
  length: number;
}
/** Makes the locations of items, each of some extents in the file. */
export function locations(
  items: readonly { item: number; extents: readonly Extent[]; method?: number }[],
): Buffer {
  const all = items.map(({ item, extents, method = 0 }) =>
    bytes(
      u16be(item),
      u16be(method),
      u16be(0),
      u16be(extents.length),
      Buffer.concat(extents.map(({ offset, length }) => bytes(u32be(offset), u32be(length)))),
    ),
  );
  return fullBox('iloc', 1, 0x44, 0x00, u16be(items.length), Buffer.concat(all));
}

/** Makes a file from a type, a `meta` box and data whose offset in the file `meta` is given. */
export function heif(type: Buffer, meta: (dataAt: number) => Uint8Array[], data: Uint8Array): Buffer {
  const sized = fullBox('meta', 0, ...meta(0));
  const at = type.length + sized.length + 8;
  return bytes(type, fullBox('meta', 0, ...meta(at)), box('mdat', data));
}

/** Finds the only box of a type in a file by its name. Returns its content. */
export function contentOf(file: Buffer, type: string): Buffer {
  const at = file.indexOf(type, 0, 'latin1');
  return file.subarray(at + 4, at - 4 + file.readUInt32BE(at - 4));
}
