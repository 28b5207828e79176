import { createHash } from 'node:crypto';
import * as z from 'zod';
import { Problem } from './problems.ts';

/** Identifies a list by its tenant and query; a cursor is bound to it. */
export type ListName = readonly (string | undefined)[];

const fingerprint = (list: ListName): string =>
  createHash('sha256').update(JSON.stringify(list)).digest('base64url').slice(0, 16);

/**
 * Encodes the position at which a page ended with a fingerprint of its list. It holds no partition key: that is always
 * derived from the calling tenant.
 */
export const encodeCursor = (list: ListName, position: string): string =>
  Buffer.from(JSON.stringify([fingerprint(list), position])).toString('base64url');

/**
 * Returns the position that a cursor encodes.
 * @param pattern the form of a position in this list
 * @throws Problem `invalid_cursor` if it is not a cursor, or belongs to another list
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
