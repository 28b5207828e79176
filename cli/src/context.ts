import type { Readable, Writable } from 'node:stream';

/** A stream that may be a terminal. */
export type Output = Writable & { isTTY?: boolean; columns?: number };
export type Input = Readable & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown };

/** What a run of the command line has of the world around it. */
export interface Context {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** The user's home. */
  home: string;
  stdin: Input;
  stdout: Output;
  stderr: Output;
  fetch: typeof fetch;
  /** Aborted by the first Ctrl-C. */
  signal: AbortSignal;
}

/** Options that every command takes. */
export interface GlobalOptions {
  profile?: string;
  local?: boolean;
  output?: string;
  fields?: string[];
  quiet?: boolean;
  verbose?: boolean;
  yes?: boolean;
}

/** Returns true if a stream may be coloured: a terminal, and nobody asked for none (https://no-color.org). */
export const hasColour = ({ env }: Context, stream: Output): boolean =>
  stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';

/** Columns where the stream knows of none. */
const COLUMNS = 80;
export const columnsOf = ({ env }: Context, stream: Output): number =>
  stream.columns || Number(env.COLUMNS) || COLUMNS;
