import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Problem } from './problems.ts';

/** What a cursor is bound to: the tenant and the query. */
export type ListName = readonly (string | undefined)[];

const fingerprint = (list: ListName): string =>
  createHash('sha256').update(JSON.stringify(list)).digest('base64url').slice(0, 16);

/**
 * A cursor says of which list it is and where the page ended, and nothing else: the partition to read is always
 * made anew from the tenant who asks.
 */
export const encodeCursor = (list: ListName, position: string): string =>
  Buffer.from(JSON.stringify([fingerprint(list), position])).toString('base64url');

/**
 * @param pattern what a position in this list looks like
 * @throws Problem `invalid_cursor` where it is none, or is another list's.
 */
export function decodeCursor(list: ListName, cursor: string, pattern: RegExp): string {
  const parsed = z.tuple([z.literal(fingerprint(list)), z.string().regex(pattern)]).safeParse(jsonOf(cursor));
  if (!parsed.success) {
    throw new Problem('invalid_cursor', 'The cursor is not one of this list. Start again without it.');
  }
  return parsed.data[1];
}

function jsonOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
