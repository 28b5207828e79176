import { once } from 'node:events';
import { type Context, columnsOf, type GlobalOptions, hasColour, type Output } from '../context.ts';
import { UsageError } from '../errors.ts';
import { csvLine } from './csv.ts';
import { FORMATS, type Format } from './formats.ts';
import { safeJson, sanitiseLines } from './sanitise.ts';
import { type Cell, type Column, cellText, tableLines } from './table.ts';

type Rows<Row> = Iterable<Row> | AsyncIterable<Row>;

/** Rows of a table whose widths are decided together. */
const TABLE_PAGE = 100;
/** Rows that a table shows, unless `--limit` says otherwise. */
const TABLE_LIMIT = 50;

/** Prints results on stdout, in the format that was asked for, and everything else on stderr. */
export interface Printer {
  format: Format;
  /** Prints rows as they come; JSON has them whole, tables and CSV the columns. @returns their number */
  list<Row>(rows: Rows<Row>, columns: readonly Column<Row>[], limit?: number): Promise<number>;
  /** Prints one thing; a table shows its fields, one a line. */
  one<Row>(row: Row, columns?: readonly Column<Row>[]): Promise<void>;
  /** Prints rows that come one at a time, as NDJSON or CSV; in the other formats nothing. */
  rows<Row>(columns: readonly Column<Row>[]): Promise<(row: Row) => Promise<void>>;
  /** Prints text on stdout, as it is in every format. */
  text(text: string): Promise<void>;
  /** Prints a line for people on stderr. */
  note(line: string): void;
  /** The same, with `--verbose` alone. */
  detail(line: string): void;
}

export function chooseFormat(asked: string | undefined, stdout: Output): Format {
  if (asked === undefined) return stdout.isTTY ? 'table' : 'ndjson';
  const format = FORMATS.find((each) => each === asked);
  if (!format)
    throw new UsageError(`There is no output format ${asked}.`, `Use one of ${FORMATS.join(', ')}.`);
  return format;
}

/** Returns the value at a path of names, `reason.copy_score`. */
function valueAt(row: unknown, path: string): unknown {
  let value = row;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.entries(value).find(([key]) => key === name)?.[1];
  }
  return value;
}

const cellOf = (value: unknown): Cell => {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) return value.join(' ');
  return JSON.stringify(value);
};

/** Returns the fields of a thing as rows of names and values, nested ones by their path. */
function fieldsOf(value: unknown, prefix = ''): { name: string; value: Cell }[] {
  if (typeof value !== 'object' || value === null) return [{ name: prefix, value: cellOf(value) }];
  return Object.entries(value).flatMap(([key, each]) => {
    const name = prefix ? `${prefix}.${key}` : key;
    return typeof each === 'object' && each !== null && !Array.isArray(each)
      ? fieldsOf(each, name)
      : [{ name, value: cellOf(each) }];
  });
}

async function* first<Row>(rows: Rows<Row>, limit: number): AsyncGenerator<Row> {
  let count = 0;
  if (limit === 0) return;
  for await (const row of rows) {
    yield row;
    count += 1;
    if (count >= limit) return;
  }
}

export function printer(context: Context, options: GlobalOptions): Printer {
  const { stdout, stderr } = context;
  const format = chooseFormat(options.output, stdout);
  const { fields } = options;
  const style = {
    columns: stdout.isTTY ? columnsOf(context, stdout) : Number.POSITIVE_INFINITY,
    colour: hasColour(context, stdout),
  };

  const write = async (text: string): Promise<void> => {
    if (!stdout.write(text)) await once(stdout, 'drain');
  };
  const note = (line: string): void => {
    if (!options.quiet) stderr.write(`${sanitiseLines(line)}\n`);
  };
  const columnsFor = <Row>(columns: readonly Column<Row>[]): readonly Column<Row>[] =>
    fields ? fields.map((name) => ({ name, of: (row: Row) => cellOf(valueAt(row, name)) })) : columns;
  const picked = (row: unknown): unknown =>
    fields ? Object.fromEntries(fields.map((name) => [name, valueAt(row, name)])) : row;

  async function listTable<Row>(rows: AsyncGenerator<Row>, columns: readonly Column<Row>[]): Promise<number> {
    let page: Row[] = [];
    let count = 0;
    const flush = async () => {
      if (page.length === 0) return;
      await write(`${tableLines(page, columns, style, count === page.length).join('\n')}\n`);
      page = [];
    };
    for await (const row of rows) {
      page.push(row);
      count += 1;
      if (page.length === TABLE_PAGE) await flush();
    }
    await flush();
    return count;
  }

  return {
    format,
    async list(rows, given, limit) {
      const columns = columnsFor(given);
      if (format === 'table') {
        const most = limit ?? TABLE_LIMIT;
        const count = await listTable(first(rows, most || Number.POSITIVE_INFINITY), columns);
        if (count === 0) note('Nothing to show.');
        if (limit === undefined && count === TABLE_LIMIT)
          note(`The first ${TABLE_LIMIT}. For more: --limit N; for all: --limit 0.`);
        return count;
      }
      let count = 0;
      if (format === 'csv') await write(`${csvLine(columns.map(({ name }) => name))}\r\n`);
      if (format === 'json') await write('[');
      for await (const row of first(rows, limit || Number.POSITIVE_INFINITY)) {
        if (format === 'csv') await write(`${csvLine(columns.map(({ of }) => of(row)))}\r\n`);
        else if (format === 'json') await write(`${count > 0 ? ',' : ''}\n${safeJson(picked(row), 2)}`);
        else await write(`${safeJson(picked(row))}\n`);
        count += 1;
      }
      if (format === 'json') await write(count > 0 ? '\n]\n' : ']\n');
      return count;
    },
    async one(row, given) {
      if (format === 'json') return write(`${safeJson(picked(row), 2)}\n`);
      if (format === 'ndjson') return write(`${safeJson(picked(row))}\n`);
      const rows = given
        ? columnsFor(given).map(({ name, of }) => ({ name, value: of(row) }))
        : fieldsOf(picked(row));
      if (format === 'csv') {
        await write(`${csvLine(rows.map(({ name }) => name))}\r\n`);
        return write(`${csvLine(rows.map(({ value }) => value))}\r\n`);
      }
      const shown = rows.filter(({ value }) => cellText(value) !== '');
      const lines = tableLines(
        shown,
        [
          { name: 'field', of: ({ name }) => name },
          { name: 'value', of: ({ value }) => value },
        ],
        style,
        false,
      );
      return write(`${lines.join('\n')}\n`);
    },
    async rows(given) {
      const columns = columnsFor(given);
      if (format === 'csv') await write(`${csvLine(columns.map(({ name }) => name))}\r\n`);
      return async (row) => {
        if (format === 'csv') await write(`${csvLine(columns.map(({ of }) => of(row)))}\r\n`);
        if (format === 'ndjson') await write(`${safeJson(picked(row))}\n`);
      };
    },
    text: (text) => write(text),
    note,
    detail: (line) => {
      if (options.verbose) note(line);
    },
  };
}
