import { type Command, Option } from 'commander';
import { wholeNumber } from '../arguments.ts';
import type { Act } from '../cli.ts';
import { formatBytes } from '../output/units.ts';

interface Options {
  period?: string;
  tenant?: string;
  all?: boolean;
  limit?: number;
  sort?: 'requests' | 'searches' | 'uploads' | 'images_stored' | 'storage_bytes';
}

export function register(program: Command, act: Act): void {
  program
    .command('usage')
    .description('Shows the usage of a month.')
    .option('--period <month>', 'such as 2026-11; the current one by default')
    .option('--tenant <id>', 'of another tenant: with an operator’s token')
    .option('--all', 'of all tenants, the heaviest first: with an operator’s token')
    .addOption(
      new Option('--sort <counter>', 'with --all').choices([
        'requests',
        'searches',
        'uploads',
        'images_stored',
        'storage_bytes',
      ]),
    )
    .addOption(
      new Option('-n, --limit <count>', 'with --all: tenants at most, up to 1000; 100 by default').argParser(
        wholeNumber,
      ),
    )
    .action(
      act(async (cli, { period, tenant, all, sort, limit }: Options) => {
        const query = period ? { period } : {};
        if (all) {
          const { admin } = await cli.client('operator');
          const { tenants } = await admin.usage(
            { ...query, ...(sort && { sort }), ...(limit !== undefined && { limit }) },
            cli.call,
          );
          await cli.print.list(
            tenants,
            [
              { name: 'tenant', of: ({ tenant_id }) => tenant_id },
              { name: 'plan', of: ({ plan }) => plan },
              { name: 'requests', of: ({ requests }) => requests, right: true },
              { name: 'searches', of: ({ searches }) => searches, right: true },
              { name: 'uploads', of: ({ uploads }) => uploads, right: true },
              { name: 'images', of: ({ images_stored }) => images_stored, right: true },
              { name: 'stored', of: ({ storage_bytes }) => formatBytes(storage_bytes), right: true },
            ],
            0,
          );
          return undefined;
        }
        const usage = tenant
          ? await (await cli.client('operator')).admin.tenants.usage(tenant, query, cli.call)
          : await (await cli.client()).reports.usage(query, cli.call);
        const { daily, ...totals } = usage;
        await cli.print.one(cli.print.format === 'table' ? totals : usage);
        return undefined;
      }),
    );
}
