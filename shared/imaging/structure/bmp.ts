import { rowsInFile } from '../bmp-decode.ts';
import { readBmpHeader } from '../bmp-header.ts';
import { lossOf, type Structure, truncated } from './structure.ts';

/** Reads the header. Every row is in the file: nothing but pixels is decoded. */
export function bmpStructure(file: Buffer): Structure {
  const header = readBmpHeader(file);
  const rows = rowsInFile(header, file.length);
  if (rows < header.height) throw truncated(lossOf(header.height - rows, header.height));
  return { decodable: file, scans: 1 };
}
