import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { commaList, pair, time, wholeNumber } from '../arguments.ts';
import type { Act, Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import type { ExitCode } from '../exit-codes.ts';
import { formatBytes } from '../output/units.ts';
import { EXTERNAL_IDS, type ExternalId } from '../upload/source.ts';
import { type Found, type WalkOptions, walk } from '../upload/walk.ts';

interface Options {
  include?: string[];
  exclude?: string[];
  since?: string;
  dryRun?: boolean;
  concurrency: number;
  externalId?: ExternalId;
  metadata?: Record<string, string>;
  wait?: boolean;
  ledger?: string;
  again?: boolean;
  failures?: string;
  fromFailures?: string;
}

/** More at once would not make a connection faster. */
const MOST_AT_ONCE = 64;

export function register(program: Command, act: Act): void {
  program
    .command('upload')
    .description(
      'Brings pictures in: files, and folders with all that is in them. It remembers what it has uploaded: after an interruption, or a new picture, the same command does the rest.',
    )
    .argument('[paths...]', 'files and folders')
    .addOption(
      new Option(
        '--include <globs>',
        'only files whose name below the folder matches: "*.jpg,2026/**"',
      ).argParser(commaList),
    )
    .addOption(new Option('--exclude <globs>', 'no files whose name matches').argParser(commaList))
    .addOption(new Option('--since <time>', 'only files changed since: 2026-11-30, or 7d').argParser(time))
    .option('--dry-run', 'only list what would be uploaded')
    .addOption(
      new Option('--concurrency <count>', 'files that are sent at once').argParser(wholeNumber).default(6),
    )
    .addOption(
      new Option(
        '--external-id <source>',
        'your own id of an image: its path below the folder, its name, or its checksum',
      ).choices(EXTERNAL_IDS),
    )
    .addOption(
      new Option(
        '-m, --metadata <name=value>',
        'of all images, to filter searches by; can be repeated',
      ).argParser(pair),
    )
    .option('--wait', 'wait until all are indexed, and can be found')
    .option('--failures <file>', 'write what failed to a file')
    .option('--from-failures <file>', 'upload what failed, by a file of --failures')
    .option('--ledger <file>', 'remember uploads in a file of your own')
    .option('--again', 'forget what was uploaded before')
    .action(act(upload));
}

async function upload(cli: Cli, paths: string[], options: Options): Promise<ExitCode | undefined> {
  const { fromFailures, concurrency } = options;
  if (paths.length === 0 && !fromFailures)
    throw new UsageError('There is nothing to upload.', 'Name files or folders.');
  if (paths.length > 0 && fromFailures) throw new UsageError('--from-failures takes the place of paths.');
  if (fromFailures && options.failures && resolve(fromFailures) === resolve(options.failures))
    throw new UsageError(
      '--failures would overwrite the file that --from-failures reads.',
      'Name another one.',
    );
  if (concurrency < 1 || concurrency > MOST_AT_ONCE)
    throw new UsageError(`--concurrency must be from 1 to ${MOST_AT_ONCE}.`);
  const walkOptions: WalkOptions = {
    ...(options.include && { include: options.include }),
    ...(options.exclude && { exclude: options.exclude }),
    ...(options.since && { since: new Date(options.since) }),
  };
  const onUnreadable = (path: string, reason: string) => cli.print.note(`! ${path} is left out: ${reason}`);
  const { foundAgain } = await import('../upload/from-failures.ts');
  const find = (noted: boolean) =>
    fromFailures
      ? foundAgain(fromFailures)
      : walk(paths, noted ? { ...walkOptions, onUnreadable } : walkOptions);
  if (options.dryRun) return dryRun(cli, find(true));
  const { runUpload } = await import('../upload/run-upload.ts');
  const { filesOf } = await import('../upload/files.ts');
  return runUpload(cli, filesOf(find, options), options);
}

async function dryRun({ print }: Cli, found: AsyncIterable<Found>): Promise<undefined> {
  let bytes = 0;
  async function* counted() {
    for await (const each of found) {
      bytes += each.size;
      yield each;
    }
  }
  const count = await print.list(
    counted(),
    [
      { name: 'name', of: ({ name }) => name, shrinks: true },
      { name: 'size', of: ({ size }) => formatBytes(size), right: true },
    ],
    0,
  );
  print.note(`${count} files, ${formatBytes(bytes)}. Nothing was sent; those uploaded before are skipped.`);
  return undefined;
}
