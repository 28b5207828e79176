import type { Webhook, WebhookDelivery } from '@deeplens/sdk';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { limitOption, time, wholeNumber } from '../arguments.ts';
import type { Act, Cli } from '../cli.ts';
import type { Column } from '../output/table.ts';
import type { ListenOptions } from '../webhooks/listen.ts';

const TYPES = [
  'images.indexed',
  'images.failed',
  'duplicates.found',
  'job.completed',
  'webhook.failing',
  'webhook.disabled',
  'usage.threshold',
] as const;
type Type = (typeof TYPES)[number];
const STATES = ['pending', 'delivered', 'failed', 'skipped'] as const;

const COLUMNS: readonly Column<Webhook>[] = [
  { name: 'webhook id', of: ({ webhook_id }) => webhook_id },
  { name: 'state', of: ({ state }) => state },
  { name: 'url', of: ({ url }) => url, shrinks: true },
  { name: 'events', of: ({ event_types }) => event_types.join(' '), shrinks: true },
  { name: 'failures', of: ({ failures }) => failures, right: true },
];
const DELIVERY_COLUMNS: readonly Column<WebhookDelivery>[] = [
  { name: 'delivery id', of: ({ delivery_id }) => delivery_id },
  { name: 'type', of: ({ type }) => type },
  { name: 'state', of: ({ state }) => state },
  { name: 'attempts', of: ({ attempts }) => attempts, right: true },
  { name: 'created', of: ({ created_at }) => created_at },
];

/** Parses a list of event types; `*` means all. */
function events(text: string): (Type | '*')[] {
  return text.split(',').map((name) => {
    const type = [...TYPES, '*' as const].find((each) => each === name);
    if (!type)
      throw new InvalidArgumentError(`There is no event ${name}. Use some of ${TYPES.join(', ')}, or *.`);
    return type;
  });
}

const webhooksOf = async (cli: Cli) => (await cli.client()).webhooks;
const eventsOption = () =>
  new Option('--events <types>', `some of ${TYPES.join(', ')}; * or none: all`).argParser(events);

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
      act(async (cli, url: string, options: { events?: (Type | '*')[]; description?: string }) => {
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
            events?: (Type | '*')[];
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
        const body = overlap === undefined ? {} : { overlap_hours: overlap };
        await cli.print.one(await (await webhooksOf(cli)).rotateSecret(id, body, cli.call));
        return undefined;
      }),
    );
  webhooks
    .command('test')
    .description('Sends a sample now, and shows what the receiver answered.')
    .argument('<webhook>', 'its id')
    .addOption(new Option('--type <type>').choices(TYPES).default('images.indexed'))
    .action(
      act(async (cli, id: string, { type }: { type: Type }) => {
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

/** Adds the verbs about deliveries. */
function addDeliveries(webhooks: Command, act: Act): void {
  webhooks
    .command('deliveries')
    .description('Lists the deliveries of the last 30 days, or shows one with its attempts.')
    .argument('<webhook>', 'its id')
    .argument('[delivery]', 'its id')
    .addOption(new Option('--state <state>').choices(STATES))
    .addOption(new Option('--type <type>').choices(TYPES))
    .addOption(new Option('--from <time>', 'such as 2026-11-30, or 6h').argParser(time))
    .addOption(new Option('--to <time>').argParser(time))
    .addOption(limitOption())
    .action(
      act(
        async (
          cli,
          id: string,
          delivery: string | undefined,
          options: {
            state?: (typeof STATES)[number];
            type?: Type;
            from?: string;
            to?: string;
            limit?: number;
          },
        ) => {
          const calls = await webhooksOf(cli);
          if (delivery) {
            await cli.print.one(await calls.getDelivery(id, delivery, cli.call));
            return undefined;
          }
          const { state, type, from, to, limit } = options;
          const query = {
            ...(state && { state }),
            ...(type && { type }),
            ...(from && { from }),
            ...(to && { to }),
          };
          await cli.print.list(calls.listDeliveries(id, query, cli.call), DELIVERY_COLUMNS, limit);
          return undefined;
        },
      ),
    );
  webhooks
    .command('redeliver')
    .description('Delivers a message once more.')
    .argument('<webhook>', 'its id')
    .argument('<delivery>', 'its id')
    .action(
      act(async (cli, id: string, delivery: string) => {
        await cli.print.one(await (await webhooksOf(cli)).redeliver(id, delivery, cli.call));
        return undefined;
      }),
    );
  webhooks
    .command('replay')
    .description('Delivers the messages of a time once more: failed ones, unless --state says otherwise.')
    .argument('<webhook>', 'its id')
    .addOption(new Option('--from <time>', 'such as 2026-11-30, or 6h').argParser(time).makeOptionMandatory())
    .addOption(new Option('--to <time>', 'now by default').argParser(time))
    .addOption(eventsOption())
    .addOption(new Option('--state <state>').choices(['failed', 'skipped', 'delivered']))
    .option('--dry-run', 'only count')
    .action(act(replay));
}

interface ReplayOptions {
  from: string;
  to?: string;
  events?: (Type | '*')[];
  state?: 'failed' | 'skipped' | 'delivered';
  dryRun?: boolean;
}

/** Replays all of a time, in as many calls as it takes: each repeats 500 at most. */
async function replay(cli: Cli, id: string, options: ReplayOptions): Promise<undefined> {
  const { to = new Date().toISOString(), events: wanted, state, dryRun } = options;
  const calls = await webhooksOf(cli);
  const types = wanted?.filter((each) => each !== '*');
  const reply = await calls.replay(
    id,
    {
      ...{ from: options.from, to },
      ...(types?.length && { types }),
      ...(state && { state }),
      ...(dryRun && { dry_run: true }),
    },
    cli.call,
  );
  await cli.print.one(reply);
  return undefined;
}
