import type { ChangeSettingsRequest } from '@deeplens/sdk';
import type { Command } from 'commander';
import type { Act } from '../cli.ts';
import { readJson } from '../read-json.ts';

export function register(program: Command, act: Act): void {
  const settings = program.command('settings').description('Shows and changes the tenant’s settings.');
  settings
    .command('get')
    .description('Shows the settings.')
    .action(
      act(async (cli) => {
        await cli.print.one(await (await cli.client()).settings.get(cli.call));
        return undefined;
      }),
    );
  settings
    .command('set')
    .description('Changes settings; the others stay.')
    .argument('<json>', 'such as {"similarity_threshold":0.8}; @file reads a file, - reads stdin')
    .action(
      act(async (cli, json: string) => {
        // The service checks it, and names what is wrong with it.
        const body = (await readJson(cli, json)) as ChangeSettingsRequest;
        await cli.print.one(await (await cli.client()).settings.change(body, cli.call));
        return undefined;
      }),
    );
}
