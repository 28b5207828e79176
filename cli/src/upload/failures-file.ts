import { createReadStream, createWriteStream } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { CliError, UsageError } from '../errors.ts';
import { safeJson } from '../output/sanitise.ts';

/** A line of a file of failures. */
export interface Failure {
  path: string;
  /** Below the folder that was uploaded. */
  name: string;
  code: string;
  detail: string;
  /** Of a file that was uploaded, and failed afterwards. */
  image_id?: string;
}

export interface FailuresFile {
  write(failure: Failure): void;
  close(): Promise<void>;
}

/** Opens a new file of failures; it is empty if there are none. */
export async function openFailures(path: string): Promise<FailuresFile> {
  const stream = createWriteStream(path, { mode: 0o600 });
  await new Promise<void>((resolve, reject) => {
    stream.once('open', () => resolve());
    stream.once('error', (error) => reject(new CliError(`${path} cannot be written: ${error.message}`)));
  });
  return {
    write: (failure) => void stream.write(`${safeJson(failure)}\n`),
    close: () => new Promise((resolve) => stream.end(resolve)),
  };
}

/** Reads a file of failures, line by line. @throws UsageError */
export async function* readFailures(path: string): AsyncGenerator<Failure> {
  const input = createReadStream(path);
  try {
    for await (const line of createInterface({ input })) if (line.trim()) yield parse(line, path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

function parse(line: string, path: string): Failure {
  const found: unknown = tryParse(line);
  const fields = new Map(Object.entries(typeof found === 'object' && found !== null ? found : {}));
  const file: unknown = fields.get('path');
  const image_id: unknown = fields.get('image_id');
  if (typeof file !== 'string') throw new UsageError(`${path} is no file that --failures wrote.`);
  const text = (name: string) => String(fields.get(name) ?? '');
  return {
    path: file,
    name: text('name') || basename(file),
    code: text('code'),
    detail: text('detail'),
    ...(typeof image_id === 'string' && { image_id }),
  };
}

function tryParse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
