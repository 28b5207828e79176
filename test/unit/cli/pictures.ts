import { randomFillSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes before the pixels of a bitmap. */
const HEADER = 54;

/** Returns a square bitmap of noise: no two are the same. @param side pixels, a multiple of 4 */
export function bitmap(side: number): Buffer {
  const bytes = Buffer.alloc(HEADER + side * side * 3);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(HEADER, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(side, 18);
  bytes.writeInt32LE(side, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  return randomFillSync(bytes, HEADER);
}

/** Files of a folder: as a camera makes them. */
const IN_FOLDER = 500;

/** Writes small pictures into folders below `folder`. */
export async function writePictures(folder: string, count: number, side = 80): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    const within = join(folder, String(Math.floor(i / IN_FOLDER)));
    if (i % IN_FOLDER === 0) await mkdir(within, { recursive: true });
    await writeFile(join(within, `IMG_${String(i).padStart(5, '0')}.bmp`), bitmap(side));
  }
}
