import type { DeepLens, DuplicateGroup, SearchDuplicatesRequest } from '@deeplens/sdk';
import { type Command, Option } from 'commander';
import { commaList, limitOption, share } from '../arguments.ts';
import type { Act, Cli } from '../cli.ts';
import type { ExportFormat } from '../duplicates/export.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Column } from '../output/table.ts';
import { formatBytes } from '../output/units.ts';

const EXPORT_FORMATS: readonly ExportFormat[] = ['csv', 'ndjson', 'sh'];
const VERDICTS = ['exact', 'edited_copy'] as const;
interface Which {
  minConfidence?: number;
  verdicts?: string[];
  decided?: boolean;
  limit?: number;
}

const COLUMNS: readonly Column<DuplicateGroup>[] = [
  { name: 'group id', of: ({ group_id }) => group_id },
  { name: 'verdict', of: ({ verdict }) => verdict },
  { name: 'confidence', of: ({ confidence }) => confidence.toFixed(3), right: true },
  { name: 'images', of: ({ images }) => images.length, right: true },
  { name: 'may go', of: (group) => formatBytes(copiesBytes(group)), right: true },
  {
    name: 'keeper',
    of: ({ images, suggested_keeper }) =>
      images.find(({ image_id }) => image_id === suggested_keeper)?.file_path,
    shrinks: true,
  },
];

const copiesBytes = ({ images, suggested_keeper }: DuplicateGroup): number =>
  images.reduce((sum, { image_id, file_size }) => sum + (image_id === suggested_keeper ? 0 : file_size), 0);

/** Adds the options that choose groups. */
const choosing = (command: Command): Command =>
  command
    .addOption(
      new Option('--min-confidence <score>', 'the least confidence, 0 to 1; 0.9 by default').argParser(share),
    )
    .addOption(new Option('--verdicts <verdicts>', `some of ${VERDICTS.join(', ')}`).argParser(commaList))
    .addOption(limitOption());

export function register(program: Command, act: Act): void {
  const duplicates = program
    .command('duplicates')
    .description('Lists, reviews, decides and exports groups of duplicates.');
  choosing(
    duplicates
      .command('list')
      .description('Lists groups. With --fail-if-found it exits with 8 if there are any.'),
  )
    .option('--decided', 'only those that are decided')
    .option('--fail-if-found', 'exit with 8 if there are any')
    .action(
      act(async (cli, options: Which & { failIfFound?: boolean }) => {
        const count = await cli.print.list(groups(await cli.client(), cli, options), COLUMNS, options.limit);
        return options.failIfFound && count > 0 ? EXIT.found : undefined;
      }),
    );
  duplicates
    .command('get')
    .description('Shows the group of an image.')
    .argument('<image>', 'its id')
    .action(
      act(async (cli, image_id: string) => {
        await cli.print.list((await cli.client()).duplicates.list({ image_id }, cli.call), COLUMNS, 0);
        return undefined;
      }),
    );
  choosing(
    duplicates.command('review').description('Shows a group at a time, for you to decide by keys.'),
  ).action(
    act(async (cli, options: Which) => {
      const { review } = await import('../duplicates/review.ts');
      return review(cli, groups(await cli.client(), cli, { ...options, decided: false }));
    }),
  );
  duplicates
    .command('decide')
    .description('Decides about a group. It deletes nothing: it prints the ids that may be deleted.')
    .argument('<group>', 'its id')
    .addOption(
      new Option('--action <action>')
        .choices(['keep_one', 'keep_all', 'not_duplicates'])
        .makeOptionMandatory(),
    )
    .option('--keeper <image>', 'of keep_one: the image that stays')
    .action(
      act(
        async (
          cli,
          id: string,
          { action, keeper }: { action: 'keep_one' | 'keep_all' | 'not_duplicates'; keeper?: string },
        ) => {
          const body = { action, ...(keeper && { keeper }) };
          await cli.print.one(await (await cli.client()).duplicates.decide(id, body, cli.call));
          return undefined;
        },
      ),
    );
  duplicates
    .command('undo')
    .description('Takes a decision back.')
    .argument('<group>', 'its id')
    .action(
      act(async (cli, id: string) => {
        await cli.print.one(await (await cli.client()).duplicates.undo(id, cli.call));
        return undefined;
      }),
    );
  choosing(
    duplicates
      .command('export')
      .description(
        'Prints all groups: a line an image as CSV, a group a line as NDJSON, or a shell script of commented rm lines.',
      ),
  )
    .addOption(new Option('--format <format>').choices(EXPORT_FORMATS).default('csv'))
    .action(
      act(async (cli, { format, limit = 0, ...which }: Which & { format: ExportFormat }) => {
        const { exportGroups } = await import('../duplicates/export.ts');
        return exportGroups(cli, groups(await cli.client(), cli, which), format, limit);
      }),
    );
}

/** Lists groups. It is no promise of them: a list that is awaited is its first page. */
function groups(client: DeepLens, { call }: Cli, { minConfidence, verdicts, decided }: Which) {
  const body: SearchDuplicatesRequest = {
    scope: 'all',
    ...(minConfidence !== undefined && { min_confidence: minConfidence }),
    ...(verdicts && { verdicts: verdicts.map(verdictOf) }),
    ...(decided !== undefined && { decided }),
  };
  return client.duplicates.list(body, call);
}

function verdictOf(text: string): (typeof VERDICTS)[number] {
  const verdict = VERDICTS.find((each) => each === text);
  if (!verdict)
    throw new UsageError(`Groups have no verdict ${text}.`, `Use some of ${VERDICTS.join(', ')}.`);
  return verdict;
}
