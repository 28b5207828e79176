import { type Command, Option } from 'commander';
import { commaList, wholeNumber } from '../arguments.ts';
import type { Act, Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { followJob, printJob } from '../follow-job.ts';
import { addConfirm } from './jobs.ts';

interface Options {
  prefix?: string;
  recursive: boolean;
  fileTypes?: string[];
  limit?: number;
  dryRun?: boolean;
  full?: boolean;
  wait?: boolean;
}

const FILE_TYPES = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'heic', 'bmp', 'raw'] as const;

export function register(program: Command, act: Act): void {
  const scan = program
    .command('scan')
    .description('Scans storage locations for new, changed and missing pictures.');
  scan
    .command('start')
    .description('Starts a scan.')
    .argument('<storage>', 'the id of a location')
    .option('--prefix <prefix>', 'only keys that begin so')
    .option('--no-recursive', 'not the folders within')
    .addOption(new Option('--file-types <types>', `only ${FILE_TYPES.join(', ')}`).argParser(commaList))
    .addOption(new Option('--limit <count>', 'objects at most').argParser(wholeNumber))
    .option('--dry-run', 'only report what it would do and cost')
    .option('--full', 'read every object again')
    .option('--wait', 'follow it until it ends')
    .action(act(start));
  scan
    .command('status')
    .description('Shows how far a scan is.')
    .argument('<job>', 'its id')
    .option('--wait', 'follow it until it ends')
    .action(
      act(async (cli, id: string, { wait }: { wait?: boolean }) => {
        if (wait) return followJob(cli, id, 'tenant');
        await printJob(cli, await (await cli.client()).scans.get(id, cli.call));
        return undefined;
      }),
    );
  scan
    .command('cancel')
    .description('Cancels a scan; what it brought in stays.')
    .argument('<job>', 'its id')
    .action(
      act(async (cli, id: string) => {
        await cli.print.one(await (await cli.client()).scans.cancel(id, cli.call));
        return undefined;
      }),
    );
  addConfirm(scan, act);
}

async function start(cli: Cli, storage_id: string, options: Options) {
  const client = await cli.client();
  const { prefix, recursive, fileTypes, limit, dryRun, full, wait } = options;
  const file_types = fileTypes?.map((name) => {
    const type = FILE_TYPES.find((each) => each === name);
    if (!type)
      throw new UsageError(`There is no file type ${name}.`, `Use some of ${FILE_TYPES.join(', ')}.`);
    return type;
  });
  const started = await client.scans.start(
    {
      storage_id,
      recursive,
      ...(prefix !== undefined && { prefix }),
      ...(file_types && { file_types }),
      ...(limit !== undefined && { limit }),
      ...(dryRun && { dry_run: true }),
      ...(full && { full: true }),
    },
    cli.call,
  );
  if (wait) return followJob(cli, started.job_id, 'tenant');
  await cli.print.one(started);
  return undefined;
}
