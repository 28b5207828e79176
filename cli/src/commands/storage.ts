import type { AddStorageRequest, StorageLocation } from '@deeplens/sdk';
import { type Command, Option } from 'commander';
import { commaList, wholeNumber } from '../arguments.ts';
import type { Act, Cli } from '../cli.ts';
import { followJob } from '../follow-job.ts';
import type { Column } from '../output/table.ts';
import { readJson } from '../read-json.ts';

const COLUMNS: readonly Column<StorageLocation>[] = [
  { name: 'storage id', of: ({ storage_id }) => storage_id },
  { name: 'name', of: ({ name }) => name, shrinks: true },
  { name: 'type', of: ({ type }) => type },
  { name: 'state', of: ({ state }) => state },
  { name: 'images', of: ({ images }) => images, right: true },
  { name: 'missing', of: ({ missing }) => missing, right: true },
  { name: 'last scan', of: ({ last_scan }) => last_scan?.status },
];

export function register(program: Command, act: Act): void {
  const storage = program
    .command('storage')
    .description('Adds, lists, tries, changes and removes storage locations.');
  storage
    .command('list')
    .description('Lists storage locations.')
    .action(
      act(async (cli) => {
        await cli.print.list(await (await cli.client()).storages.list(cli.call), COLUMNS, 0);
        return undefined;
      }),
    );
  storage
    .command('get')
    .description('Shows a storage location.')
    .argument('<storage>', 'its id')
    .action(
      act(async (cli, id: string) => {
        await cli.print.one(await (await cli.client()).storages.get(id, cli.call));
        return undefined;
      }),
    );
  storage
    .command('external-id')
    .description('Issues an external id, for the trust policy of a role of S3.')
    .action(
      act(async (cli) => {
        await cli.print.one(await (await cli.client()).storages.issueExternalId(cli.call));
        return undefined;
      }),
    );
  storage
    .command('add')
    .description('Adds a storage location, after trying that it can be read.')
    .argument('<file>', 'JSON: {"name", "type", "config", "credentials"}, - reads stdin: it holds secrets')
    .action(
      act(async (cli, file: string) => {
        // The service checks it, and names what is wrong with it.
        const body = (await readJson(cli, file === '-' ? '-' : `@${file}`)) as AddStorageRequest;
        await cli.print.one(await (await cli.client()).storages.add(body, cli.call));
        return undefined;
      }),
    );
  storage
    .command('test')
    .description('Tries whether a storage location can be read.')
    .argument('<storage>', 'its id')
    .action(
      act(async (cli, id: string) => {
        await cli.print.one(await (await cli.client()).storages.test(id, cli.call));
        return undefined;
      }),
    );
  storage
    .command('change')
    .description('Changes a storage location.')
    .argument('<storage>', 'its id')
    .option('--name <name>')
    .addOption(new Option('--include <globs>', 'only keys that match one of them').argParser(commaList))
    .addOption(new Option('--exclude <globs>', 'no keys that match one of them').argParser(commaList))
    .addOption(new Option('--every <hours>', 'scan it so often; 0: never by itself').argParser(wholeNumber))
    .action(act(change));
  storage
    .command('remove')
    .description('Removes a storage location, by a job; the files in it stay.')
    .argument('<storage>', 'its id')
    .addOption(
      new Option('--images <what>', 'what becomes of its images').choices(['keep', 'delete']).default('keep'),
    )
    .option('--wait', 'follow the job until it ends')
    .action(act(remove));
}

interface ChangeOptions {
  name?: string;
  include?: string[];
  exclude?: string[];
  every?: number;
}

async function change(
  cli: Cli,
  id: string,
  { name, include, exclude, every }: ChangeOptions,
): Promise<undefined> {
  const body = {
    ...(name !== undefined && { name }),
    ...(include && { include }),
    ...(exclude && { exclude }),
    ...(every !== undefined && { schedule: every === 0 ? null : { every_hours: every } }),
  };
  await cli.print.one(await (await cli.client()).storages.change(id, body, cli.call));
  return undefined;
}

async function remove(cli: Cli, id: string, { images, wait }: { images: 'keep' | 'delete'; wait?: boolean }) {
  const what = images === 'delete' ? 'with its images here' : 'and keep its images';
  await cli.confirm(`Remove the storage location ${id} ${what}.`);
  const started = await (await cli.client()).storages.remove(id, { images }, cli.call);
  if (wait) return followJob(cli, started.job_id, 'tenant');
  await cli.print.one(started);
  return undefined;
}
