import type { Image, ProblemCode } from '@deeplens/sdk';
import { type Command, Option } from 'commander';
import { forEachId, limitOption, readIds, time } from '../arguments.ts';
import type { Act, Cli } from '../cli.ts';
import type { Column } from '../output/table.ts';
import { formatBytes } from '../output/units.ts';

const STATUSES = ['pending_upload', 'uploaded', 'validated', 'processed', 'indexed', 'failed'] as const;

export const IMAGE_COLUMNS: readonly Column<Image>[] = [
  { name: 'image id', of: ({ image_id }) => image_id },
  { name: 'status', of: ({ status }) => status },
  { name: 'name', of: ({ file_path }) => file_path, shrinks: true },
  { name: 'size', of: ({ file_size }) => formatBytes(file_size), right: true },
  { name: 'pixels', of: ({ width, height }) => (width && height ? `${width}×${height}` : ''), right: true },
  { name: 'failure', of: ({ failure }) => failure?.code, shrinks: true },
];

interface ListOptions {
  status?: (typeof STATUSES)[number];
  externalId?: string;
  storage?: string;
  failureCode?: ProblemCode;
  after?: string;
  before?: string;
  sort?: 'created_at' | '-created_at';
  limit?: number;
}

export function register(program: Command, act: Act): void {
  const images = program.command('images').description('Lists, shows, deletes and retries images.');
  images
    .command('list')
    .description('Lists images.')
    .addOption(new Option('--status <status>').choices(STATUSES))
    .option('--external-id <id>', 'the one with your own id')
    .option('--storage <id>', 'those of a storage location')
    .option('--failure-code <code>', 'those that failed so')
    .addOption(
      new Option('--after <time>', 'created at or after: 2026-11-30, or 7d for seven days ago').argParser(
        time,
      ),
    )
    .addOption(new Option('--before <time>', 'created before').argParser(time))
    .addOption(new Option('--sort <field>').choices(['created_at', '-created_at']))
    .addOption(limitOption())
    .action(act(list));
  images
    .command('get')
    .description('Shows an image.')
    .argument('<image>', 'its id')
    .action(
      act(async (cli, image_id: string) => {
        const client = await cli.client();
        await cli.print.one(await client.images.get(image_id, cli.call));
        return undefined;
      }),
    );
  images
    .command('delete')
    .description('Deletes images with all that was made of them.')
    .argument('<images...>', 'their ids; - reads a line each from stdin')
    .action(act(remove));
  images
    .command('retry')
    .description('Sends failed images through the pipeline again, from where they failed.')
    .argument('<images...>', 'their ids; - reads a line each from stdin')
    .action(
      act(async (cli, given: string[]) => {
        const client = await cli.client();
        return forEachId(
          cli,
          await readIds(cli, given),
          (image_id) => client.images.retry(image_id, cli.call),
          (reply) => reply,
        );
      }),
    );
}

async function list(cli: Cli, options: ListOptions): Promise<undefined> {
  const client = await cli.client();
  const { status, externalId, storage, failureCode, after, before, sort, limit } = options;
  const query = {
    ...(status && { status }),
    ...(externalId && { external_id: externalId }),
    ...(storage && { storage_id: storage }),
    ...(failureCode && { failure_code: failureCode }),
    ...(after && { created_after: after }),
    ...(before && { created_before: before }),
    ...(sort && { sort }),
  };
  await cli.print.list(client.images.list(query, cli.call), IMAGE_COLUMNS, limit);
  return undefined;
}

async function remove(cli: Cli, given: string[]) {
  const ids = await readIds(cli, given);
  const what = ids.length === 1 ? `Delete the image ${ids[0]}.` : `Delete ${ids.length} images.`;
  await cli.confirm(what, ids.length === 1 ? 'yes' : String(ids.length));
  const client = await cli.client();
  return forEachId(
    cli,
    ids,
    (image_id) => client.images.delete(image_id, cli.call),
    ({ receipt }) => ({
      image_id: receipt.image_id,
      deleted: true,
      ...receipt.deleted,
      completed_at: receipt.completed_at,
    }),
  );
}
