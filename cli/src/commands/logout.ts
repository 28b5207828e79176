import type { Command } from 'commander';
import type { Act } from '../cli.ts';
import { profileName } from '../config/connection.ts';
import { configFiles } from '../config/files.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';

export function register(program: Command, act: Act): void {
  program
    .command('logout')
    .description(
      'Forgets a profile with its secrets. The key stays valid: revoke it with deeplens keys revoke.',
    )
    .action(
      act(async ({ context, options, print }) => {
        const name = profileName(context, options);
        if (!(await configFiles(context).remove(name)))
          throw new CliError(`There is no profile ${name}.`, EXIT.notFound);
        print.note(`✓ Profile ${name} is forgotten.`);
        return undefined;
      }),
    );
}
