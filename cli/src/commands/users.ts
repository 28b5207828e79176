import type { User } from '@deeplens/sdk';
import { type Command, Option } from 'commander';
import { limitOption } from '../arguments.ts';
import type { Act, Cli } from '../cli.ts';
import type { Column } from '../output/table.ts';

const ROLES = ['Viewer', 'Uploader', 'Admin'] as const;
type Role = (typeof ROLES)[number];

const COLUMNS: readonly Column<User>[] = [
  { name: 'user id', of: ({ user_id }) => user_id },
  { name: 'email', of: ({ email }) => email, shrinks: true },
  { name: 'name', of: ({ name }) => name, shrinks: true },
  { name: 'role', of: ({ role }) => role },
  { name: 'state', of: ({ state }) => state },
];

const usersOf = async (cli: Cli) => (await cli.client()).users;

export function register(program: Command, act: Act): void {
  const users = program.command('users').description('Invites, lists, changes and removes people.');
  users
    .command('list')
    .description('Lists people.')
    .addOption(limitOption())
    .action(
      act(async (cli, { limit }: { limit?: number }) => {
        await cli.print.list((await usersOf(cli)).list({}, cli.call), COLUMNS, limit);
        return undefined;
      }),
    );
  users
    .command('invite')
    .description('Invites a person by e-mail.')
    .argument('<email>')
    .addOption(new Option('--role <role>').choices(ROLES).makeOptionMandatory())
    .option('--name <name>')
    .action(
      act(async (cli, email: string, { role, name }: { role: Role; name?: string }) => {
        await cli.print.one(
          await (await usersOf(cli)).invite({ email, role, ...(name && { name }) }, cli.call),
        );
        return undefined;
      }),
    );
  users
    .command('change')
    .description('Changes a person’s role, or ends their access for a time.')
    .argument('<user>', 'the id')
    .addOption(new Option('--role <role>').choices(ROLES))
    .option('--disable', 'end the access now')
    .option('--enable', 'give it back')
    .action(
      act(
        async (
          cli,
          id: string,
          { role, disable, enable }: { role?: Role; disable?: boolean; enable?: boolean },
        ) => {
          const body = { ...(role && { role }), ...((disable || enable) && { disabled: disable === true }) };
          await cli.print.one(await (await usersOf(cli)).change(id, body, cli.call));
          return undefined;
        },
      ),
    );
  users
    .command('remove')
    .description('Removes a person.')
    .argument('<user>', 'the id')
    .action(
      act(async (cli, id: string) => {
        await cli.confirm(`Remove the person ${id}.`);
        await cli.print.one(await (await usersOf(cli)).remove(id, cli.call));
        return undefined;
      }),
    );
}
