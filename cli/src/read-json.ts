import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Cli } from './cli.ts';
import { UsageError } from './errors.ts';

/** Reads JSON that an argument means: `@file`, `-` for stdin, or the text itself. @throws UsageError */
export async function readJson({ context }: Pick<Cli, 'context'>, argument: string): Promise<unknown> {
  const json =
    argument === '-'
      ? await text(context.stdin)
      : argument.startsWith('@')
        ? await readFile(argument.slice(1), 'utf8').catch((error: Error) => {
            throw new UsageError(`${argument.slice(1)} cannot be read: ${error.message}`);
          })
        : argument;
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new UsageError(`This is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}
