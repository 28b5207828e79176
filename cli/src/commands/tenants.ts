import type { Tenant } from '@deeplens/sdk';
import { type Command, Option } from 'commander';
import { limitOption } from '../arguments.ts';
import type { Act, Cli } from '../cli.ts';
import { followJob } from '../follow-job.ts';
import type { Column } from '../output/table.ts';

const PLANS = ['free', 'basic', 'pro', 'enterprise'] as const;
type Plan = (typeof PLANS)[number];

const COLUMNS: readonly Column<Tenant>[] = [
  { name: 'tenant', of: ({ tenant_id }) => tenant_id },
  { name: 'name', of: ({ name }) => name, shrinks: true },
  { name: 'plan', of: ({ plan }) => plan },
  { name: 'state', of: ({ state }) => state },
  { name: 'created', of: ({ created_at }) => created_at },
];

const tenantsOf = async (cli: Cli) => (await cli.client('operator')).admin.tenants;

export function register(program: Command, act: Act): void {
  const tenants = program
    .command('tenants')
    .description('The operator’s: makes, lists, changes and deletes tenants.');
  tenants
    .command('list')
    .description('Lists tenants.')
    .addOption(limitOption())
    .action(
      act(async (cli, { limit }: { limit?: number }) => {
        await cli.print.list((await tenantsOf(cli)).list({}, cli.call), COLUMNS, limit);
        return undefined;
      }),
    );
  tenants
    .command('get')
    .description('Shows a tenant.')
    .argument('<tenant>', 'its id')
    .action(
      act(async (cli, id: string) => {
        await cli.print.one(await (await tenantsOf(cli)).get(id, cli.call));
        return undefined;
      }),
    );
  tenants
    .command('create')
    .description('Makes a tenant. The secret of its first key is printed once, on stdout.')
    .argument('<tenant>', 'its id: a–z, 0–9 and -')
    .requiredOption('--name <name>')
    .addOption(new Option('--plan <plan>').choices(PLANS).makeOptionMandatory())
    .action(
      act(async (cli, tenant_id: string, { name, plan }: { name: string; plan: Plan }) => {
        await cli.print.one(await (await tenantsOf(cli)).create({ tenant_id, name, plan }, cli.call));
        return undefined;
      }),
    );
  tenants
    .command('change')
    .description('Changes the name, plan or state of a tenant.')
    .argument('<tenant>', 'its id')
    .option('--name <name>')
    .addOption(new Option('--plan <plan>').choices(PLANS))
    .addOption(new Option('--state <state>').choices(['active', 'suspended']))
    .action(
      act(
        async (cli, id: string, options: { name?: string; plan?: Plan; state?: 'active' | 'suspended' }) => {
          const { name, plan, state } = options;
          const body = { ...(name && { name }), ...(plan && { plan }), ...(state && { state }) };
          await cli.print.one(await (await tenantsOf(cli)).change(id, body, cli.call));
          return undefined;
        },
      ),
    );
  tenants
    .command('delete')
    .description('Deletes a tenant with everything of it, by a job.')
    .argument('<tenant>', 'its id')
    .option('--wait', 'follow the job until it ends')
    .action(
      act(async (cli, id: string, { wait }: { wait?: boolean }) => {
        await cli.confirm(`Delete the tenant ${id} with all its images, keys and people.`, id);
        const started = await (await tenantsOf(cli)).delete(id, cli.call);
        if (wait) return followJob(cli, started.job_id, 'operator');
        await cli.print.one(started);
        return undefined;
      }),
    );
}
