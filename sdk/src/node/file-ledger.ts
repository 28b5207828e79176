import { fdatasync, writeSync } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Ledger, LedgerEntry } from '../uploads/ledger.ts';

/** Entries reach the disk within so many milliseconds; a killed process loses none of them. */
const SYNC_MS = 1_000;

/** A ledger in a file of lines of JSON, one for each change. */
export interface FileLedger extends Ledger {
  get(identity: string): LedgerEntry | undefined;
  put(identity: string, entry: LedgerEntry): void;
  /** Number of files that were uploaded. */
  readonly uploaded: number;
  close(): Promise<void>;
}

/** Reads a ledger; a last line that was cut off is ignored. */
function parseLedger(text: string): Map<string, LedgerEntry> {
  const entries = new Map<string, LedgerEntry>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    try {
      const { file, ...entry } = JSON.parse(line) as { file: string } & LedgerEntry; // `put` wrote it
      entries.set(file, entry);
    } catch {
      // The process that wrote it was killed.
    }
  }
  return entries;
}

/** Opens the ledger at a path, and creates it if there is none. One process at a time can use it. */
export async function openLedger(path: string): Promise<FileLedger> {
  await mkdir(dirname(path), { recursive: true });
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const entries = parseLedger(text);
  let uploaded = [...entries.values()].filter(({ state }) => state === 'uploaded').length;
  const file = await open(path, 'a', 0o600);
  if (text !== '' && !text.endsWith('\n')) await file.write('\n');
  let timer: NodeJS.Timeout | undefined;
  return {
    get uploaded() {
      return uploaded;
    },
    get: (identity) => entries.get(identity),
    put(identity, entry) {
      if (entry.state === 'uploaded' && entries.get(identity)?.state !== 'uploaded') uploaded += 1;
      entries.set(identity, entry);
      // At once, so that a kill loses nothing; the disk follows.
      writeSync(file.fd, `${JSON.stringify({ file: identity, ...entry })}\n`);
      timer ??= setTimeout(() => {
        timer = undefined;
        fdatasync(file.fd, () => {});
      }, SYNC_MS).unref();
    },
    async close() {
      clearTimeout(timer);
      await file.sync();
      await file.close();
    },
  };
}
