import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { SimilarityResult } from '@deeplens/sdk';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { commaList, pair, share, wholeNumber } from '../arguments.ts';
import type { Act, Cli } from '../cli.ts';
import { CliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Column } from '../output/table.ts';

/** Larger pictures cannot be sent inside a search. */
const INLINE_BYTES = 4_500_000;
const VERDICTS = ['exact', 'edited_copy', 'similar'] as const;

interface Options {
  threshold?: number;
  limit?: number;
  storage?: string[];
  metadata?: Record<string, string>;
  region?: { x: number; y: number; width: number; height: number };
  model?: string;
  failIfFound?: true | (typeof VERDICTS)[number];
}

const COLUMNS: readonly Column<SimilarityResult>[] = [
  { name: 'score', of: ({ similarity_score }) => similarity_score.toFixed(3), right: true },
  { name: 'verdict', of: ({ verdict }) => verdict },
  { name: 'image id', of: ({ image_id }) => image_id },
  { name: 'name', of: ({ file_path }) => file_path, shrinks: true },
  { name: 'changes', of: ({ reason }) => reason.changes?.join(' '), shrinks: true },
];

export function register(program: Command, act: Act): void {
  program
    .command('search')
    .description(
      'Finds a picture, and those like it: a file, one at a URL, or a stored image. - reads a file from stdin.',
    )
    .argument('<picture>', 'a file, a URL, an image id, or -')
    .addOption(new Option('-t, --threshold <score>', 'the least score, 0 to 1').argParser(share))
    .addOption(new Option('-n, --limit <count>', 'results at most, up to 100').argParser(wholeNumber))
    .addOption(new Option('--storage <ids>', 'only in these storage locations').argParser(commaList))
    .addOption(
      new Option('-m, --metadata <name=value>', 'only images with it; can be repeated').argParser(pair),
    )
    .addOption(
      new Option('--region <x,y,width,height>', 'a part of the picture, as shares of its size').argParser(
        region,
      ),
    )
    .option('--model <name>', 'the model to search with')
    .addOption(
      new Option(
        '--fail-if-found [verdict]',
        `exit with 8 if anything is found, of this verdict or a surer one: ${VERDICTS.join(', ')}`,
      ).choices(VERDICTS),
    )
    .action(act(search));
}

function region(text: string) {
  const [x, y, width, height, more] = text.split(',').map(share);
  if (x === undefined || y === undefined || width === undefined || height === undefined || more !== undefined)
    throw new InvalidArgumentError('It must be four numbers, as in 0.25,0.25,0.5,0.5.');
  return { x, y, width, height };
}

async function search(cli: Cli, picture: string, options: Options): Promise<ExitCode | undefined> {
  const client = await cli.client();
  const body = {
    ...(await queryOf(cli, picture)),
    ...(options.threshold !== undefined && { similarity_threshold: options.threshold }),
    ...(options.limit !== undefined && { max_results: options.limit }),
    ...(options.storage && { storage_locations: options.storage }),
    ...(options.metadata && { filters: { metadata: options.metadata } }),
    ...(options.region && { region: options.region }),
    ...(options.model && { model: options.model }),
  };
  const { results, explanation, processing_time_ms, cached } = await client.search.similarity(body, cli.call);
  await cli.print.list(results, COLUMNS, 0);
  if (explanation) cli.print.note(explanation.detail);
  cli.print.detail(`${processing_time_ms} ms${cached ? ', from the cache' : ''}`);
  return found(results, options.failIfFound) ? EXIT.found : undefined;
}

/** Returns true if a result has the verdict that `--fail-if-found` names, or a surer one. */
export function found(
  results: readonly Pick<SimilarityResult, 'verdict'>[],
  asked: Options['failIfFound'],
): boolean {
  if (asked === undefined) return false;
  const worst = asked === true ? VERDICTS.length - 1 : VERDICTS.indexOf(asked);
  return results.some(({ verdict }) => VERDICTS.indexOf(verdict) <= worst);
}

/** Returns the query that an argument means. */
async function queryOf({ context }: Cli, picture: string) {
  if (/^img_[0-9A-Z]{26}$/.test(picture)) return { image_id: picture };
  if (/^https?:\/\//.test(picture)) return { image_url: picture };
  if (picture === '-') return { file: new File([await inline(context.stdin)], 'stdin') };
  const found = await stat(picture).catch(() => undefined);
  if (!found?.isFile()) throw new CliError(`There is no file ${picture}.`, EXIT.notFound);
  if (found.size > INLINE_BYTES) throw tooLarge(picture);
  return { file: new File([await openAsBlob(picture)], basename(picture)) };
}

const tooLarge = (what: string): CliError =>
  new CliError(
    `${what} is larger than 4.5 MB, the most that a search takes.`,
    EXIT.failed,
    'Make it smaller: a side of 1024 pixels is enough. Or upload it, and search by its id.',
  );

async function inline(stdin: Cli['context']['stdin']): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await buffer(stdin);
  if (bytes.length > INLINE_BYTES) throw tooLarge('The picture on stdin');
  return new Uint8Array(bytes);
}
