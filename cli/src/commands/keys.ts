import type { CreateKeyRequest as Body, Key, NewKey } from '@deeplens/sdk';
import { type Command, Option } from 'commander';
import { commaList, time, wholeNumber } from '../arguments.ts';
import type { Act, Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import type { Column } from '../output/table.ts';

const SCOPES = ['search', 'upload', 'storage', 'metrics', 'admin'] as const;

const COLUMNS: readonly Column<Key>[] = [
  { name: 'key id', of: ({ key_id }) => key_id },
  { name: 'name', of: ({ name }) => name, shrinks: true },
  { name: 'kind', of: ({ kind }) => kind },
  { name: 'state', of: ({ state }) => state },
  {
    name: 'scopes',
    of: ({ scopes }) => scopes.map((scope) => scope.replace('deeplens.', '')).join(' '),
    shrinks: true,
  },
  { name: 'last used', of: ({ last_used_at }) => last_used_at },
];

interface Tenant {
  tenant?: string;
}
const tenantOption = () => new Option('--tenant <id>', 'keys of another tenant: with an operator’s token');

/** Returns the calls about the tenant's own keys, or about another tenant's. */
async function keysOf(cli: Cli, { tenant }: Tenant) {
  if (tenant === undefined) {
    const { keys } = await cli.client();
    return {
      list: () => keys.list(cli.call),
      create: (body: Body) => keys.create(body, cli.call),
      rotate: (key: string, body: { overlap_seconds?: number }) => keys.rotate(key, body, cli.call),
      revoke: (key: string) => keys.revoke(key, cli.call),
    };
  }
  const { tenants } = (await cli.client('operator')).admin;
  return {
    list: () => tenants.listKeys(tenant, cli.call),
    create: (body: Body) => tenants.createKey(tenant, body, cli.call),
    rotate: (key: string, body: { overlap_seconds?: number }) =>
      tenants.rotateKey(tenant, key, body, cli.call),
    revoke: (key: string) => tenants.revokeKey(tenant, key, cli.call),
  };
}

export function register(program: Command, act: Act): void {
  const keys = program.command('keys').description('Lists, makes, rotates and revokes API keys.');
  keys
    .command('list')
    .description('Lists keys; their secrets are never shown again.')
    .addOption(tenantOption())
    .action(
      act(async (cli, options: Tenant) => {
        await cli.print.list((await (await keysOf(cli, options)).list()).keys, COLUMNS, 0);
        return undefined;
      }),
    );
  keys
    .command('create')
    .description('Makes a key. Its secret is printed once, on stdout.')
    .argument('<name>', 'what it is for')
    .addOption(new Option('--scopes <scopes>', `some of ${SCOPES.join(', ')}`).argParser(commaList))
    .addOption(new Option('--kind <kind>', 'publishable: for pages').choices(['live', 'publishable']))
    .addOption(new Option('--expires <time>', 'when it ends, such as 2027-01-31').argParser(time))
    .addOption(
      new Option('--origins <origins>', 'of a publishable key: the pages that may use it').argParser(
        commaList,
      ),
    )
    .addOption(tenantOption())
    .action(act(create));
  keys
    .command('rotate')
    .description('Makes a new secret. The old one ends after an overlap.')
    .argument('<key>', 'its id')
    .addOption(
      new Option('--overlap <seconds>', 'seconds for which both are valid; a day by default').argParser(
        wholeNumber,
      ),
    )
    .addOption(tenantOption())
    .action(
      act(async (cli, id: string, options: Tenant & { overlap?: number }) => {
        const { overlap } = options;
        if (overlap === 0)
          await cli.confirm(`End the secret of the key ${id}: whoever uses it is refused at once.`);
        const calls = await keysOf(cli, options);
        await printSecret(
          cli,
          await calls.rotate(id, overlap === undefined ? {} : { overlap_seconds: overlap }),
        );
        return undefined;
      }),
    );
  keys
    .command('revoke')
    .description('Ends a key at once.')
    .argument('<key>', 'its id')
    .addOption(tenantOption())
    .action(
      act(async (cli, id: string, options: Tenant) => {
        await cli.confirm(`Revoke the key ${id}: whoever uses it is refused at once.`);
        await cli.print.one(await (await keysOf(cli, options)).revoke(id));
        return undefined;
      }),
    );
}

interface CreateOptions extends Tenant {
  scopes?: string[];
  kind?: 'live' | 'publishable';
  expires?: string;
  origins?: string[];
}

async function create(cli: Cli, name: string, options: CreateOptions): Promise<undefined> {
  const { scopes, kind, expires, origins } = options;
  const calls = await keysOf(cli, options);
  const key = await calls.create({
    name,
    ...(scopes && { scopes: scopes.map(scopeOf) }),
    ...(kind && { kind }),
    ...(expires && { expires_at: expires }),
    ...(origins && { allowed_origins: origins }),
  });
  return printSecret(cli, key);
}

function scopeOf(text: string) {
  const scope = SCOPES.find((each) => each === text || `deeplens.${each}` === text);
  if (!scope) throw new UsageError(`There is no scope ${text}.`, `Use some of ${SCOPES.join(', ')}.`);
  return `deeplens.${scope}` as const;
}

async function printSecret({ print }: Cli, key: NewKey): Promise<undefined> {
  await print.one(key);
  if (key.api_key) print.note('Keep the api_key now: it is never shown again.');
  return undefined;
}
