import { type Command, Option } from 'commander';
import { commaList, pair } from '../arguments.ts';
import type { Act, Cli } from '../cli.ts';
import { EXTERNAL_IDS, type ExternalId } from '../upload/source.ts';

interface Options {
  include?: string[];
  exclude?: string[];
  externalId?: ExternalId;
  metadata?: Record<string, string>;
  ledger?: string;
}

export function register(program: Command, act: Act): void {
  program
    .command('watch')
    .description(
      'Brings in the pictures of a folder, and those that appear in it, until Ctrl-C. It shares its memory with upload.',
    )
    .argument('<folder>')
    .addOption(
      new Option('--include <globs>', 'only files whose name below the folder matches').argParser(commaList),
    )
    .addOption(new Option('--exclude <globs>', 'no files whose name matches').argParser(commaList))
    .addOption(new Option('--external-id <source>', 'your own id of an image').choices(EXTERNAL_IDS))
    .addOption(new Option('-m, --metadata <name=value>', 'of all images; can be repeated').argParser(pair))
    .option('--ledger <file>', 'remember uploads in a file of your own')
    .action(
      act(async (cli: Cli, folder: string, options: Options) => {
        const { runWatch } = await import('../upload/run-watch.ts');
        return runWatch(cli, folder, options);
      }),
    );
}
