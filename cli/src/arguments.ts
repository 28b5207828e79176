import { createInterface } from 'node:readline';
import { InvalidArgumentError, Option } from 'commander';
import pLimit from 'p-limit';
import type { Cli } from './cli.ts';
import { UsageError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type Report, reportOf, reportText } from './report-error.ts';

/** Parses a whole number that is not negative, for commander. */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new InvalidArgumentError('It must be a whole number.');
  return number;
}

/** Parses a number from 0 to 1. */
export function share(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !(number >= 0 && number <= 1))
    throw new InvalidArgumentError('It must be a number from 0 to 1.');
  return number;
}

const AGO = /^(\d+)(m|h|d)$/;
const MINUTES: Record<string, number> = { m: 1, h: 60, d: 1440 };

/** Parses a time: RFC 3339, a date, or `30m`, `12h`, `7d` ago. @returns RFC 3339 in UTC */
export function time(text: string): string {
  const [, amount, unit = ''] = AGO.exec(text) ?? [];
  const at = amount ? new Date(Date.now() - Number(amount) * (MINUTES[unit] ?? 0) * 60_000) : new Date(text);
  if (Number.isNaN(at.getTime()))
    throw new InvalidArgumentError('It must be a time, such as 2026-11-30, or 7d for seven days ago.');
  return at.toISOString();
}

/** Parses `name=value` pairs into a record, for commander. */
export function pair(text: string, all: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be name=value.');
  return { ...all, [text.slice(0, at)]: text.slice(at + 1) };
}

export const commaList = (text: string): string[] => text.split(',').filter(Boolean);

/** `--limit`, as every list has it. */
export const limitOption = () =>
  new Option(
    '-n, --limit <count>',
    'rows at most; 0: all. In a table 50 by default, elsewhere all',
  ).argParser(wholeNumber);

/** Returns ids: the arguments, or a line each of stdin where the only one is `-`. */
export async function readIds({ context }: Cli, given: readonly string[]): Promise<string[]> {
  if (given.length !== 1 || given[0] !== '-') return [...given];
  const ids: string[] = [];
  for await (const line of createInterface({ input: context.stdin })) if (line.trim()) ids.push(line.trim());
  if (ids.length === 0) throw new UsageError('There are no ids on stdin.');
  return ids;
}

const AT_ONCE = 4;

/**
 * Does the same for each id, and prints each outcome as it comes. A failure leaves the others: the exit code then is 3, or
 * the failure's own if there is but one id or all failed the same way.
 */
export async function forEachId<Reply>(
  cli: Cli,
  ids: readonly string[],
  run: (id: string) => Promise<Reply>,
  row: (reply: Reply, id: string) => object,
): Promise<ExitCode | undefined> {
  const limit = pLimit(AT_ONCE);
  const failures: Report[] = [];
  const outcomes = limit.map(ids, async (id) => {
    try {
      return row(await run(id), id);
    } catch (error) {
      if (cli.context.signal.aborted) throw error;
      const report = reportOf(error);
      failures.push(report);
      return { id, error: { code: report.code, detail: report.message } };
    }
  });
  const rows = await outcomes;
  await cli.print.list(rows, columnsOfRows(rows), 0);
  const [first] = failures;
  if (!first) return undefined;
  if (ids.length === 1) cli.context.stderr.write(`${reportText(first, false)}\n`);
  const same =
    failures.length === ids.length && failures.every(({ exitCode }) => exitCode === first.exitCode);
  return same ? first.exitCode : EXIT.partly;
}

/** Returns a column for each field that a row has. */
function columnsOfRows(rows: readonly object[]) {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  const textOf = (value: unknown) =>
    typeof value === 'object' && value !== null ? Object.values(value).join(': ') : value;
  return [...names].map((name) => ({
    name: name.replaceAll('_', ' '),
    of: (row: object) => {
      const value: unknown = textOf(new Map(Object.entries(row)).get(name));
      return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? value
        : undefined;
    },
  }));
}
