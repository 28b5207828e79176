import { type Command, Option } from 'commander';
import { limitOption, time } from '../arguments.ts';
import type { Act } from '../cli.ts';

interface Options {
  tenant?: string;
  actor?: string;
  action?: string;
  from?: string;
  to?: string;
  limit?: number;
}

export function register(program: Command, act: Act): void {
  program
    .command('audit')
    .description('The operator’s: lists the audit log, newest first.')
    .option('--tenant <id>')
    .option('--actor <subject>', 'a key or a person')
    .option('--action <id>', 'an operation, such as deleteImage')
    .addOption(new Option('--from <time>', 'such as 2026-11-30, or 7d').argParser(time))
    .addOption(new Option('--to <time>').argParser(time))
    .addOption(limitOption())
    .action(
      act(async (cli, { tenant, actor, action, from, to, limit }: Options) => {
        const query = {
          ...(tenant && { tenant_id: tenant }),
          ...(actor && { actor }),
          ...(action && { action }),
          ...(from && { from }),
          ...(to && { to }),
        };
        await cli.print.list(
          (await cli.client('operator')).admin.listAudit(query, cli.call),
          [
            { name: 'at', of: ({ at }) => at },
            { name: 'tenant', of: ({ tenant_id }) => tenant_id },
            { name: 'actor', of: (entry) => `${entry.actor.kind} ${entry.actor.subject}`, shrinks: true },
            { name: 'action', of: (entry) => entry.action },
            { name: 'target', of: ({ target }) => target, shrinks: true },
            { name: 'outcome', of: ({ outcome }) => outcome },
          ],
          limit,
        );
        return undefined;
      }),
    );
}
