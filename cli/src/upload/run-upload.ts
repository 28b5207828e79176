import { ApiError, type DeepLens, type UploadOutcome } from '@deeplens/sdk';
import { type FileLedger, openLedger } from '@deeplens/sdk/node';
import type { Cli } from '../cli.ts';
import { CliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { uploadProgress } from '../output/progress.ts';
import type { Column } from '../output/table.ts';
import { formatBytes } from '../output/units.ts';
import { reportOf } from '../report-error.ts';
import { boundMemory } from './bound-memory.ts';
import { openFailures } from './failures-file.ts';
import { trackIndexing } from './index-tracker.ts';
import { ledgerFile } from './ledger-file.ts';
import { type Item, isUnfit, type Unfit } from './source.ts';
import { newTally, type Row, type Summary } from './tally.ts';

export interface RunOptions {
  concurrency: number;
  /** A file in place of the tenant's own ledger. */
  ledger?: string | undefined;
  /** The file that failures are written to. */
  failures?: string | undefined;
  /** Wait until all are indexed. */
  wait?: boolean | undefined;
}

/** Reads files, as an upload needs them: to count them first, and to send them. */
export interface Files {
  /** Yields the sizes of all files, for the total. */
  sizes(): AsyncIterable<number>;
  items(ledger: FileLedger, client: DeepLens, signal: AbortSignal): AsyncIterable<Item | Unfit | Retried>;
}

/** An image that failed after its upload, and was sent through the pipeline again. */
export interface Retried {
  retried: string;
  path: string;
  name: string;
  size: number;
}
const isRetried = (item: Item | Unfit | Retried): item is Retried => 'retried' in item;

/** Uploads files, shows how far it is, and prints what became of each. @returns the exit code */
export async function runUpload(cli: Cli, files: Files, options: RunOptions): Promise<ExitCode | undefined> {
  const { context, print } = cli;
  boundMemory();
  const client = await cli.client('tenant', { pace: true });
  const connection = await cli.connection();
  const { tenant_id } = await client.me(cli.call);
  const path = options.ledger ?? ledgerFile(context, connection, tenant_id);
  print.detail(`The ledger is ${path}`);
  const ledger = await openLedger(path);
  const failures = options.failures === undefined ? undefined : await openFailures(options.failures);
  const tally = newTally();
  const printRow = await print.rows(ROW_COLUMNS);
  const progress = uploadProgress(context, cli.options, true);
  const stopping = new AbortController();
  const signal = AbortSignal.any([context.signal, stopping.signal]);
  const tracker = trackIndexing(client, {
    signal,
    onChange: () => show(),
    onFailed: (failure) => {
      tally.failedLater();
      failures?.write(failure);
      note(failure);
    },
  });
  const show = () => progress.show(Object.assign(tally.counts, { indexed: tracker.indexed }));
  /** The first failures, for people; `--failures` has all. */
  const noted: string[] = [];
  const note = ({ path: file, code, detail }: { path: string; code: string; detail: string }) => {
    if (noted.length < NOTED) noted.push(`✗ ${file}: ${detail} (${code})`);
  };
  const settle = async (row: Row, size: number): Promise<void> => {
    tally.settled(row, size);
    if (row.error) {
      const failure = { path: row.path, name: row.name, ...row.error };
      failures?.write(failure);
      note(failure);
    }
    if (row.image_id) tracker.add(row.image_id, row);
    show();
    await printRow(row);
  };

  const counting = count(files.sizes(), tally.found, signal);
  let failed: unknown;
  try {
    const source = sendable(files.items(ledger, client, signal), settle);
    const outcomes = client.uploads.files(source, {
      concurrency: options.concurrency,
      ledger,
      signal,
      onProgress: ({ bytesSent }) => {
        tally.sending(bytesSent);
        show();
      },
    });
    for await (const outcome of outcomes) {
      await settle(rowOf(outcome), outcome.item.size);
      refuseMore(outcome);
    }
    await counting;
    await (options.wait ? tracker.finish() : tracker.stop());
  } catch (error) {
    failed = error;
  } finally {
    stopping.abort();
    await counting.catch(() => undefined);
    await tracker.stop().catch(() => undefined);
    progress.stop();
    await ledger.close();
    await failures?.close();
  }
  return end(cli, tally.summary(tracker.indexed), noted, failed);
}

/** Failures that are printed one by one. */
const NOTED = 10;
const ROW_COLUMNS: readonly Column<Row>[] = [
  { name: 'path', of: ({ path }) => path },
  { name: 'status', of: ({ status }) => status },
  { name: 'image_id', of: ({ image_id }) => image_id },
  { name: 'code', of: ({ error }) => error?.code },
  { name: 'detail', of: ({ error }) => error?.detail },
];

/** Prints the summary. @throws the error that ended the upload */
async function end(
  { context, print }: Cli,
  summary: Summary,
  noted: readonly string[],
  failed: unknown,
): Promise<ExitCode | undefined> {
  for (const line of noted) print.note(line);
  if (summary.failed > noted.length)
    print.note(`… and ${summary.failed - noted.length} more: --failures FILE has all`);
  if (print.format === 'table' || print.format === 'json') await print.one(summary);
  else print.note(sentence(summary));
  if (failed !== undefined) {
    print.note('The same command again does only the rest.');
    throw context.signal.aborted ? context.signal.reason : failed;
  }
  if (summary.failed === 0) return undefined;
  return summary.failed === summary.files ? EXIT.failed : EXIT.partly;
}

const sentence = ({ files, uploaded, resumed, duplicate, failed, indexed, bytes }: Summary): string =>
  `${files} files: ${uploaded} uploaded (${formatBytes(bytes)}), ${resumed} resumed, ${duplicate} duplicate, ${failed} failed; ${indexed} indexed.`;

/** Counts all files, beside the upload: the total is known long before its end. */
async function count(
  sizes: AsyncIterable<number>,
  found: (size: number) => void,
  signal: AbortSignal,
): Promise<void> {
  for await (const size of sizes) {
    if (signal.aborted) return;
    found(size);
  }
}

/** Passes on the files that can be sent, and settles the others. */
async function* sendable(
  items: AsyncIterable<Item | Unfit | Retried>,
  settle: (row: Row, size: number) => Promise<void>,
): AsyncGenerator<Item> {
  for await (const item of items) {
    if (isRetried(item)) {
      const { path, name, size, retried } = item;
      await settle({ path, name, status: 'retried', image_id: retried }, size);
    } else if (isUnfit(item)) {
      const { path, name, size, code, detail } = item;
      await settle({ path, name, status: 'failed', error: { code, detail } }, size);
    } else yield item;
  }
}

function rowOf(outcome: UploadOutcome<Item>): Row {
  const { path, name } = outcome.item;
  if (outcome.status !== 'failed') return { path, name, status: outcome.status, image_id: outcome.image_id };
  const { code, message } = reportOf(outcome.error);
  return { path, name, status: 'failed', error: { code, detail: message } };
}

/** A quota that is used up refuses every further file too. */
function refuseMore(outcome: UploadOutcome<Item>): void {
  if (outcome.status !== 'failed' || !(outcome.error instanceof ApiError)) return;
  if (outcome.error.code === 'quota_exceeded')
    throw new CliError(
      outcome.error.detail,
      EXIT.limited,
      'Delete what you do not need, or change the plan; then run it again.',
    );
}
