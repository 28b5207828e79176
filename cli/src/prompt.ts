import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Context } from './context.ts';
import { CliError, UsageError } from './errors.ts';
import { sanitise } from './output/sanitise.ts';

/** Returns true if a person can be asked: both ends are a terminal. */
export const canAsk = ({ stdin, stderr }: Context): boolean => stdin.isTTY === true && stderr.isTTY === true;

/** Asks a question on stderr, and returns the answer. `hidden`: what is typed is not shown. */
export async function ask(
  { stdin, stderr, signal }: Context,
  question: string,
  { hidden = false } = {},
): Promise<string> {
  const output = hidden ? new Writable({ write: (_chunk, _encoding, done) => done() }) : stderr;
  const lines = createInterface({ input: stdin, output, terminal: true });
  // Once the terminal no longer shows what is typed.
  if (hidden) stderr.write(question);
  const interrupted = new AbortController();
  lines.once('SIGINT', () => interrupted.abort());
  try {
    const either = AbortSignal.any([signal, interrupted.signal]);
    return (await lines.question(hidden ? '' : question, { signal: either })).trim();
  } finally {
    lines.close();
    if (hidden) stderr.write('\n');
  }
}

/**
 * Has a person confirm what cannot be undone. Where nobody can be asked, `--yes` is needed.
 * @param what a sentence: `Delete the image img_….`
 * @param word what must be typed; by default `yes`
 */
export async function confirm(context: Context, yes: boolean, what: string, word = 'yes'): Promise<void> {
  if (yes) return;
  if (!canAsk(context))
    throw new UsageError(`${what} This cannot be undone.`, 'Add --yes to do it without being asked.');
  const answer = await ask(
    context,
    `${sanitise(what)} This cannot be undone.\nType ${sanitise(word)} to go on: `,
  );
  if (answer !== word) throw new CliError('Nothing was changed.');
}

const SECRET_LIMIT = 10_000;

/** Reads a secret: hidden from a terminal, else the first line of stdin. */
export async function readSecret(context: Context, question: string): Promise<string> {
  if (canAsk(context)) return ask(context, question, { hidden: true });
  let text = '';
  for await (const chunk of context.stdin) {
    text += chunk;
    if (text.length > SECRET_LIMIT || text.includes('\n')) break;
  }
  const secret = text.split('\n', 1)[0]?.trim() ?? '';
  if (!secret || secret.length > SECRET_LIMIT)
    throw new UsageError('There is no secret on stdin.', 'Pipe it in: … < key.txt');
  return secret;
}
