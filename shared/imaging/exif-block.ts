/** The tags of an EXIF block that are read, without further sense. */
export interface ExifTags {
  make?: string;
  model?: string;
  orientation?: number;
  lens?: string;
  takenAt?: string;
  offset?: string;
  latitudeRef?: string;
  latitude?: readonly number[];
  longitudeRef?: string;
  longitude?: readonly number[];
}

/** Bytes of a text. Longer ones are cut off. */
const MAX_TEXT_BYTES = 512;
/** Entries of a directory: further ones are not read. Cameras write fewer than 100. */
const MAX_ENTRIES = 1000;
const [TEXT, SHORT, LONG, RATIONAL, BYTES] = [2, 3, 4, 5, 7] as const;
const TAGS = {
  make: 271,
  model: 272,
  orientation: 274,
  exif: 34_665,
  gps: 34_853,
  takenAt: 36_867,
  offset: 36_881,
  lens: 42_036,
} as const;
const GPS_TAGS = { latitudeRef: 1, latitude: 2, longitudeRef: 3, longitude: 4 } as const;

/** The first entry of each tag of a directory: type, count, and where its value is. */
type Directory = Map<number, { type: number; count: number; at: number }>;

/**
 * Reads the tags that are stored from an EXIF block: three directories, each once, and of a tag no more than a text's
 * length. Everything that lies outside of the block is left out.
 * @param block from its byte order mark on
 */
export function readExifTags(block: Uint8Array): ExifTags {
  const view = Buffer.from(block.buffer, block.byteOffset, block.length);
  const order = view.toString('latin1', 0, 4);
  if (order !== 'II*\0' && order !== 'MM\0*') return {};
  const little = order === 'II*\0';
  const u16 = (at: number) =>
    at + 2 > view.length ? undefined : little ? view.readUInt16LE(at) : view.readUInt16BE(at);
  const u32 = (at: number) =>
    at + 4 > view.length ? undefined : little ? view.readUInt32LE(at) : view.readUInt32BE(at);

  function directoryAt(start: number | undefined): Directory {
    const directory: Directory = new Map();
    if (start === undefined) return directory;
    const entries = Math.min(u16(start) ?? 0, MAX_ENTRIES);
    for (let index = 0; index < entries; index++) {
      const at = start + 2 + 12 * index;
      const [tag, type, count] = [u16(at), u16(at + 2), u32(at + 4)];
      if (tag === undefined || type === undefined || count === undefined) break;
      if (!directory.has(tag)) directory.set(tag, { type, count, at: at + 8 });
    }
    return directory;
  }
  function text(directory: Directory, tag: number): string | undefined {
    const entry = directory.get(tag);
    if (!entry || (entry.type !== TEXT && entry.type !== BYTES)) return undefined;
    const at = entry.count <= 4 ? entry.at : u32(entry.at);
    return at === undefined
      ? undefined
      : view.toString('utf8', at, at + Math.min(entry.count, MAX_TEXT_BYTES));
  }
  function integer(directory: Directory, tag: number): number | undefined {
    const entry = directory.get(tag);
    if (entry?.count !== 1) return undefined;
    if (entry.type === SHORT) return u16(entry.at);
    return entry.type === LONG ? u32(entry.at) : undefined;
  }
  function rationals(directory: Directory, tag: number): readonly number[] | undefined {
    const entry = directory.get(tag);
    const at = entry && u32(entry.at);
    if (entry?.type !== RATIONAL || entry.count !== 3 || at === undefined) return undefined;
    return [0, 8, 16].map((step) => (u32(at + step) ?? Number.NaN) / (u32(at + step + 4) ?? Number.NaN));
  }

  const image = directoryAt(u32(4));
  const photo = directoryAt(integer(image, TAGS.exif));
  const gps = directoryAt(integer(image, TAGS.gps));
  return withoutUndefined({
    make: text(image, TAGS.make),
    model: text(image, TAGS.model),
    orientation: integer(image, TAGS.orientation),
    lens: text(photo, TAGS.lens),
    takenAt: text(photo, TAGS.takenAt),
    offset: text(photo, TAGS.offset),
    latitudeRef: text(gps, GPS_TAGS.latitudeRef),
    latitude: rationals(gps, GPS_TAGS.latitude),
    longitudeRef: text(gps, GPS_TAGS.longitudeRef),
    longitude: rationals(gps, GPS_TAGS.longitude),
  });
}

/**
 * Makes a block of nothing but the orientation of another block, 26 bytes.
 * @returns undefined if that has no orientation
 */
export function orientationBlock(block: Uint8Array): Buffer | undefined {
  const { orientation } = readExifTags(block);
  if (orientation === undefined) return undefined;
  const made = Buffer.alloc(26);
  made.write('II*\0', 0, 'latin1');
  made.writeUInt32LE(8, 4);
  made.writeUInt16LE(1, 8);
  made.writeUInt16LE(TAGS.orientation, 10);
  made.writeUInt16LE(SHORT, 12);
  made.writeUInt32LE(1, 14);
  made.writeUInt16LE(orientation & 0xffff, 18);
  return made;
}

function withoutUndefined(tags: { [Tag in keyof ExifTags]-?: ExifTags[Tag] | undefined }): ExifTags {
  return Object.fromEntries(Object.entries(tags).filter(([, value]) => value !== undefined));
}
