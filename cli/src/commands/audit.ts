import { type Command, Option } from 'commander';
import { limitOption, time } from '../arguments.ts';
import type { Act } from '../cli.ts';

interface Options {
  own?: boolean;
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
    .description('Lists the audit log, newest first: the operator’s, or the tenant’s own.')
    .option('--own', 'the tenant’s: with its key or an Admin’s token')
    .addOption(new Option('--tenant <id>', 'the operator’s entries about it').conflicts('own'))
    .option('--actor <subject>', 'a key or a person')
    .option('--action <id>', 'an operation, such as deleteImage')
    .addOption(new Option('--from <time>', 'such as 2026-11-30, or 7d').argParser(time))
    .addOption(new Option('--to <time>').argParser(time))
    .addOption(limitOption())
    .action(
      act(async (cli, { own, tenant, actor, action, from, to, limit }: Options) => {
        const query = {
          ...(actor && { actor }),
          ...(action && { action }),
          ...(from && { from }),
          ...(to && { to }),
        };
        const client = await cli.client(own ? 'tenant' : 'operator');
        await cli.print.list(
          own
            ? client.audit.list(query, cli.call)
            : client.admin.listAudit({ ...query, ...(tenant && { tenant_id: tenant }) }, cli.call),
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
