import type { WebhookDelivery } from '@deeplens/sdk';
import { type Command, Option } from 'commander';
import { limitOption, time } from '../arguments.ts';
import type { Act, Cli } from '../cli.ts';
import type { Column } from '../output/table.ts';
import { EVENT_TYPES, type EventType, eventsOption } from '../webhooks/event-types.ts';

const STATES = ['pending', 'delivered', 'failed', 'skipped'] as const;

const COLUMNS: readonly Column<WebhookDelivery>[] = [
  { name: 'delivery id', of: ({ delivery_id }) => delivery_id },
  { name: 'type', of: ({ type }) => type },
  { name: 'state', of: ({ state }) => state },
  { name: 'attempts', of: ({ attempts }) => attempts, right: true },
  { name: 'created', of: ({ created_at }) => created_at },
];

/** Adds the verbs about deliveries to `webhooks`. */
export function addDeliveries(webhooks: Command, act: Act): void {
  webhooks
    .command('deliveries')
    .description('Lists the deliveries of the last 30 days, or shows one with its attempts.')
    .argument('<webhook>', 'its id')
    .argument('[delivery]', 'its id')
    .addOption(new Option('--state <state>').choices(STATES))
    .addOption(new Option('--type <type>').choices(EVENT_TYPES))
    .addOption(new Option('--from <time>', 'such as 2026-11-30, or 6h').argParser(time))
    .addOption(new Option('--to <time>').argParser(time))
    .addOption(limitOption())
    .action(act(deliveries));
  webhooks
    .command('redeliver')
    .description('Delivers a message once more.')
    .argument('<webhook>', 'its id')
    .argument('<delivery>', 'its id')
    .action(
      act(async (cli, id: string, delivery: string) => {
        await cli.print.one(await (await cli.client()).webhooks.redeliver(id, delivery, cli.call));
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

interface ListOptions {
  state?: (typeof STATES)[number];
  type?: EventType;
  from?: string;
  to?: string;
  limit?: number;
}

async function deliveries(
  cli: Cli,
  id: string,
  delivery: string | undefined,
  options: ListOptions,
): Promise<undefined> {
  const { webhooks } = await cli.client();
  if (delivery) {
    await cli.print.one(await webhooks.getDelivery(id, delivery, cli.call));
    return undefined;
  }
  const { limit, ...query } = options;
  await cli.print.list(webhooks.listDeliveries(id, query, cli.call), COLUMNS, limit);
  return undefined;
}

interface ReplayOptions {
  from: string;
  to?: string;
  events?: (EventType | '*')[];
  state?: 'failed' | 'skipped' | 'delivered';
  dryRun?: boolean;
}

/** Replays the messages of a time; the service does many as a job. */
async function replay(cli: Cli, id: string, options: ReplayOptions): Promise<undefined> {
  const { from, to = new Date().toISOString(), events = [], state, dryRun } = options;
  const types = events.filter((each) => each !== '*');
  const body = {
    from,
    to,
    ...(types.length > 0 && { types }),
    ...(state && { state }),
    ...(dryRun && { dry_run: true }),
  };
  const reply = await (await cli.client()).webhooks.replay(id, body, cli.call);
  await cli.print.one(reply);
  if (reply.job_id) cli.print.note(`To follow it: deeplens jobs wait ${reply.job_id}`);
  return undefined;
}
