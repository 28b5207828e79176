import type { DeepLens, WebhookDelivery } from '@deeplens/sdk';
import type { Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { safeJson, sanitise } from '../output/sanitise.ts';
import { readSecret } from '../prompt.ts';
import { newDeliveries } from './poll.ts';
import { newSecret, signedHeaders } from './sign.ts';

export interface ListenOptions {
  forward: string;
  webhook?: string;
  events?: string[];
  secret?: string;
  /** Milliseconds between polls; for tests. */
  everyMs?: number;
}

const RECEIVER_MS = 15_000;

/** What a receiver on this machine answered. */
interface Outcome {
  delivery_id: string;
  message_id: string;
  type: string;
  at: string;
  ms: number;
  status?: number;
  error?: string;
}

/**
 * Hands the deliveries of a webhook to a URL that the service cannot reach, until Ctrl-C: it asks for them, signs them anew
 * and posts them.
 */
export async function listen(cli: Cli, options: ListenOptions): Promise<undefined> {
  const { context, print } = cli;
  const url = checkForward(options.forward);
  const client = await cli.client();
  const { webhook_id, secret, since } = await source(cli, client, options);
  print.note(
    `Listening to ${webhook_id}, handing on to ${url}. Verify with the secret ${secret}. Ctrl-C ends it.`,
  );
  try {
    for await (const delivery of newDeliveries(client, webhook_id, {
      signal: context.signal,
      since,
      ...(options.everyMs !== undefined && { everyMs: options.everyMs }),
    }))
      if (isAsked(delivery, options)) await show(cli, await forward(cli, client, delivery, url, secret));
  } catch (error) {
    if (!context.signal.aborted) throw error;
  }
  return undefined;
}

const isAsked = ({ type }: WebhookDelivery, { events = ['*'] }: ListenOptions): boolean =>
  events.some((event) => event === '*' || event === type);

function checkForward(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UsageError(`${text} is no URL to hand on to.`, 'It is like http://localhost:3000/hooks');
  return url.href;
}

/** Returns the webhook to listen to, the tenant's only one by default, the secret to sign with, and the service's time. */
async function source({ context, call }: Cli, client: DeepLens, { webhook, secret }: ListenOptions) {
  if (secret !== undefined && secret !== '-')
    throw new UsageError('--secret takes - alone, and reads it from stdin.');
  const signing = secret === '-' ? await readSecret(context, 'Secret (whsec_…): ') : newSecret();
  const { data, response } = await client.webhooks.list(call).withResponse();
  const since = new Date(Date.parse(response.headers.get('date') ?? '') || Date.now());
  if (webhook !== undefined) return { webhook_id: webhook, secret: signing, since };
  const [only, more] = data.webhooks;
  if (!only || more)
    throw new UsageError('Which webhook? Add --webhook ID.', 'deeplens webhooks list shows them.');
  return { webhook_id: only.webhook_id, secret: signing, since };
}

async function forward(
  cli: Cli,
  client: DeepLens,
  { webhook_id, delivery_id, message_id, type }: WebhookDelivery,
  url: string,
  secret: string,
): Promise<Outcome> {
  const { body } = await client.webhooks.getDelivery(webhook_id, delivery_id, cli.call);
  const begun = Date.now();
  const outcome = { delivery_id, message_id, type, at: new Date(begun).toISOString() };
  try {
    const reply = await cli.context.fetch(url, {
      method: 'POST',
      headers: signedHeaders(message_id, body, secret),
      body,
      redirect: 'manual',
      signal: AbortSignal.any([AbortSignal.timeout(RECEIVER_MS), cli.context.signal]),
    });
    await reply.body?.cancel();
    return { ...outcome, ms: Date.now() - begun, status: reply.status };
  } catch (error) {
    if (cli.context.signal.aborted) throw error;
    const reason =
      error instanceof Error
        ? (error.cause instanceof Error && error.cause.message) || error.message
        : String(error);
    return { ...outcome, ms: Date.now() - begun, error: reason };
  }
}

/** Prints an outcome at once: a list would wait for more. */
const show = ({ print }: Cli, outcome: Outcome): Promise<void> =>
  print.text(
    print.format === 'table'
      ? `${[outcome.at, outcome.type, outcome.status ?? outcome.error, `${outcome.ms} ms`, outcome.message_id].map((each) => sanitise(String(each))).join('  ')}\n`
      : `${safeJson(outcome)}\n`,
  );
