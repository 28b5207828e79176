import type { Webhook } from '@deeplens/sdk';
import { type Command, Option } from 'commander';
import { wholeNumber } from '../arguments.ts';
import type { Act, Cli } from '../cli.ts';
import type { Column } from '../output/table.ts';
import { EVENT_TYPES, type EventType, eventsOption } from '../webhooks/event-types.ts';
import type { ListenOptions } from '../webhooks/listen.ts';
import { addDeliveries } from './webhook-deliveries.ts';

const COLUMNS: readonly Column<Webhook>[] = [
  { name: 'webhook id', of: ({ webhook_id }) => webhook_id },
  { name: 'state', of: ({ state }) => state },
  { name: 'url', of: ({ url }) => url, shrinks: true },
  { name: 'events', of: ({ event_types }) => event_types.join(' '), shrinks: true },
  { name: 'failures', of: ({ failures }) => failures, right: true },
];
const webhooksOf = async (cli: Cli) => (await cli.client()).webhooks;

export function register(program: Command, act: Act): void {
  const webhooks = program
    .command('webhooks')
    .description('Makes and changes webhooks, shows and repeats their deliveries.');
  webhooks
    .command('list')
    .description('Lists webhooks.')
    .action(
      act(async (cli) => {
        await cli.print.list((await (await webhooksOf(cli)).list(cli.call)).webhooks, COLUMNS, 0);
        return undefined;
      }),
    );
  webhooks
    .command('create')
    .description('Has events sent to a URL. The secret is printed once, on stdout.')
    .argument('<url>', 'https, on the public internet')
    .addOption(eventsOption())
    .option('--description <text>')
    .action(
      act(async (cli, url: string, options: { events?: (EventType | '*')[]; description?: string }) => {
        const { events: event_types = ['*' as const], description } = options;
        await cli.print.one(
          await (await webhooksOf(cli)).create(
            { url, event_types, ...(description && { description }) },
            cli.call,
          ),
        );
        return undefined;
      }),
    );
  webhooks
    .command('change')
    .description('Changes a webhook.')
    .argument('<webhook>', 'its id')
    .option('--url <url>')
    .addOption(eventsOption())
    .option('--description <text>')
    .addOption(new Option('--state <state>').choices(['enabled', 'disabled']))
    .action(
      act(
        async (
          cli,
          id: string,
          options: {
            url?: string;
            events?: (EventType | '*')[];
            description?: string;
            state?: 'enabled' | 'disabled';
          },
        ) => {
          const { events: event_types, url, description, state } = options;
          const body = {
            ...(url && { url }),
            ...(event_types && { event_types }),
            ...(description !== undefined && { description }),
            ...(state && { state }),
          };
          await cli.print.one(await (await webhooksOf(cli)).change(id, body, cli.call));
          return undefined;
        },
      ),
    );
  webhooks
    .command('delete')
    .description('Deletes a webhook with its secrets.')
    .argument('<webhook>', 'its id')
    .action(
      act(async (cli, id: string) => {
        await cli.confirm(`Delete the webhook ${id} with its secrets.`);
        await cli.print.one(await (await webhooksOf(cli)).remove(id, cli.call));
        return undefined;
      }),
    );
  webhooks
    .command('rotate-secret')
    .description('Makes a new secret; the old one signs for a while too.')
    .argument('<webhook>', 'its id')
    .addOption(
      new Option('--overlap <hours>', 'hours for which both sign; 24 by default').argParser(wholeNumber),
    )
    .action(
      act(async (cli, id: string, { overlap }: { overlap?: number }) => {
        if (overlap === 0)
          await cli.confirm(
            `End the secret of the webhook ${id}: receivers that know no other refuse messages.`,
          );
        const body = overlap === undefined ? {} : { overlap_hours: overlap };
        await cli.print.one(await (await webhooksOf(cli)).rotateSecret(id, body, cli.call));
        return undefined;
      }),
    );
  webhooks
    .command('test')
    .description('Sends a sample now, and shows what the receiver answered.')
    .argument('<webhook>', 'its id')
    .addOption(new Option('--type <type>').choices(EVENT_TYPES).default('images.indexed'))
    .action(
      act(async (cli, id: string, { type }: { type: EventType }) => {
        await cli.print.one(await (await webhooksOf(cli)).test(id, { type }, cli.call));
        return undefined;
      }),
    );
  webhooks
    .command('listen')
    .description(
      'Hands deliveries on to a URL that the service cannot reach, such as one of this machine, until Ctrl-C.',
    )
    .requiredOption('--forward <url>', 'such as http://localhost:3000/hooks')
    .option('--webhook <id>', 'the webhook to listen to; by default the only one')
    .addOption(eventsOption())
    .option(
      '--secret <source>',
      '-: sign with the secret that is read from stdin, instead of one for this run',
    )
    .action(
      act(async (cli, options: ListenOptions) => {
        const { listen } = await import('../webhooks/listen.ts');
        return listen(cli, options);
      }),
    );
  addDeliveries(webhooks, act);
}
