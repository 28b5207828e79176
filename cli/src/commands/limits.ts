import { type Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from '../arguments.ts';
import type { Act, Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';

const NAMES = [
  'requests',
  'searches',
  'searches_per_person',
  'uploads',
  'stored_images',
  'storage_bytes',
  'vectors',
] as const;
type Overrides = Partial<Record<(typeof NAMES)[number], number>> & { endpoints?: Record<string, number> };

const optionOf = (name: string) => `--${name.replaceAll('_', '-')} <limit>`;
/** `searches_per_person` → `searchesPerPerson`, as commander names an option. */
const camelCase = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

export function register(program: Command, act: Act): void {
  const limits = program
    .command('limits')
    .description('The operator’s: shows and changes the limits of a tenant.');
  limits
    .command('get')
    .description('Shows the limits that hold for a tenant, and those that differ from its plan.')
    .argument('<tenant>', 'its id')
    .action(
      act(async (cli, id: string) => {
        await cli.print.one(await (await cli.client('operator')).admin.tenants.getLimits(id, cli.call));
        return undefined;
      }),
    );
  const set = limits
    .command('set')
    .description('Changes limits of a tenant; the others stay. They hold everywhere within five minutes.')
    .argument('<tenant>', 'its id');
  for (const name of NAMES) set.addOption(new Option(optionOf(name)).argParser(wholeNumber));
  set
    .addOption(
      new Option(
        '--endpoint <call=limit>',
        'of one call a minute: "POST /v1/search/similarity=10"; can be repeated',
      ).argParser(endpoint),
    )
    .action(act(change));
  limits
    .command('reset')
    .description('Takes all changes back: the limits of the plan hold.')
    .argument('<tenant>', 'its id')
    .action(
      act(async (cli, id: string) => {
        await cli.print.one(await (await cli.client('operator')).admin.tenants.putLimits(id, {}, cli.call));
        return undefined;
      }),
    );
}

function endpoint(text: string, all: Record<string, number> = {}): Record<string, number> {
  const at = text.lastIndexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be call=limit.');
  return { ...all, [text.slice(0, at)]: wholeNumber(text.slice(at + 1)) };
}

async function change(
  cli: Cli,
  id: string,
  options: Record<string, number | undefined> & { endpoint?: Record<string, number> },
): Promise<undefined> {
  const changes: Overrides = {};
  for (const name of NAMES) {
    const limit = options[camelCase(name)];
    if (limit !== undefined) changes[name] = limit;
  }
  if (Object.keys(changes).length === 0 && !options.endpoint)
    throw new UsageError('There is nothing to change.', 'See --help.');
  const { tenants } = (await cli.client('operator')).admin;
  const { overrides } = await tenants.getLimits(id, cli.call);
  const endpoints = { ...overrides.endpoints, ...options.endpoint };
  const body = { ...overrides, ...changes, ...(Object.keys(endpoints).length > 0 && { endpoints }) };
  await cli.print.one(await tenants.putLimits(id, body, cli.call));
  return undefined;
}
