import type { Command } from 'commander';
import type { Act } from '../cli.ts';

export function register(program: Command, act: Act): void {
  program
    .command('whoami')
    .description('Shows the tenant, its plan, your scopes, and what is left of each limit.')
    .action(
      act(async ({ client, print, call }) => {
        await print.one(await (await client()).me(call));
        return undefined;
      }),
    );
}
