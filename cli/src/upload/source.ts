import type { Upload } from '@deeplens/sdk';
import { fileOnDisk } from '@deeplens/sdk/node';
import type { Found } from './walk.ts';

export const EXTERNAL_IDS = ['path', 'name', 'sha256'] as const;
export type ExternalId = (typeof EXTERNAL_IDS)[number];

/** The longest that the service takes. */
const LONGEST = { filename: 1024, externalId: 256 };

/** A file on its way. */
export type Item = Upload & { path: string; name: string; size: number };

/** A file that cannot be sent, and why. */
export interface Unfit {
  path: string;
  name: string;
  size: number;
  code: string;
  detail: string;
}

export interface ItemOptions {
  externalId?: ExternalId | undefined;
  metadata?: Record<string, string> | undefined;
}

/** Returns a file with what it is sent with. One whose names are too long would have a whole batch refused. */
export async function itemOf(
  { path, name, size }: Found,
  { externalId, metadata }: ItemOptions,
  signal: AbortSignal,
): Promise<Item | Unfit> {
  const unfit = (what: string, longest: number): Unfit => ({
    path,
    name,
    size,
    code: 'invalid_request',
    detail: `The ${what} is longer than the ${longest} characters that the service takes.`,
  });
  if (name.length > LONGEST.filename) return unfit('name', LONGEST.filename);
  const file = fileOnDisk(path);
  const item = { path, name, size, file, filename: name, ...(metadata && { metadata }) };
  if (externalId === undefined) return item;
  if (externalId === 'sha256') {
    try {
      const sha256 = await file.sha256(await file.describe(), signal);
      return {
        ...item,
        file: { ...file, sha256: async () => sha256 },
        ...(sha256 && { external_id: sha256 }),
      };
    } catch (error) {
      if (signal.aborted) throw error;
      return {
        path,
        name,
        size,
        code: 'unreadable',
        detail: error instanceof Error ? error.message : String(error),
      };
    }
  }
  const external_id = externalId === 'path' ? name : (name.split('/').at(-1) ?? name);
  if (external_id.length > LONGEST.externalId) return unfit('external id', LONGEST.externalId);
  return { ...item, external_id };
}

export const isUnfit = (item: Item | Unfit): item is Unfit => 'code' in item;
