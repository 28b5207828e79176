import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionError, type DeepLens, ServerError, type UploadOutcome } from '@deeplens/sdk';
import { type FileLedger, openLedger } from '@deeplens/sdk/node';
import type { Cli } from '../cli.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { reportOf } from '../report-error.ts';
import { boundMemory } from './bound-memory.ts';
import { ledgerFile } from './ledger-file.ts';
import { type Item, type ItemOptions, isUnfit, itemOf } from './source.ts';
import type { Row } from './tally.ts';
import type { Found, WalkOptions } from './walk.ts';
import { watchFolder } from './watch-folder.ts';

export interface WatchOptions extends WalkOptions, ItemOptions {
  ledger?: string | undefined;
  /** For tests: milliseconds until a file is whole, and between tries during an outage. */
  settledMs?: number;
  outageMs?: number;
}

const OUTAGE_MS = 30_000;

/** Uploads what is in a folder and what appears in it, until Ctrl-C; an outage of the service is waited out. */
export async function runWatch(cli: Cli, folder: string, options: WatchOptions): Promise<undefined> {
  const { context, print } = cli;
  const root = resolve(context.cwd, folder);
  if (!(await stat(root).catch(() => undefined))?.isDirectory())
    throw new CliError(`There is no folder ${folder}.`, EXIT.notFound);
  boundMemory();
  const client = await cli.client('tenant', { pace: true });
  const { tenant_id } = await client.me(cli.call);
  const ledger = await openLedger(options.ledger ?? ledgerFile(context, await cli.connection(), tenant_id));
  const { signal } = context;
  print.note(`Watching ${root}. Ctrl-C ends it.`);
  const found = watchFolder(root, { ...options, signal });
  try {
    await uploadAll(cli, client, ledger, found, options);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await ledger.close();
  }
  return undefined;
}

async function uploadAll(
  cli: Cli,
  client: DeepLens,
  ledger: FileLedger,
  found: AsyncIterator<Found>,
  options: WatchOptions,
): Promise<void> {
  const { context, print } = cli;
  const { signal } = context;
  const show = await print.rows<Row>([
    { name: 'path', of: ({ path }) => path },
    { name: 'status', of: ({ status }) => status },
    { name: 'image_id', of: ({ image_id }) => image_id },
  ]);
  /** Files that were given to the SDK and have no outcome: after an outage they come again. */
  const underWay = new Map<string, Item>();
  let pending: Promise<IteratorResult<Found>> | undefined;
  let current = 0;
  async function* source(): AsyncGenerator<Item> {
    current += 1;
    const own = current;
    yield* [...underWay.values()];
    for (;;) {
      pending ??= found.next();
      const next = await pending;
      // After an outage another one takes this file.
      if (own !== current) return;
      pending = undefined;
      if (next.done) return;
      const item = await itemOf(next.value, options, signal);
      if (isUnfit(item)) print.note(`✗ ${item.path}: ${item.detail}`);
      else {
        underWay.set(item.path, item);
        yield item;
      }
    }
  }
  const settle = async (outcome: UploadOutcome<Item>): Promise<void> => {
    const { path, name } = outcome.item;
    underWay.delete(path);
    if (outcome.status === 'failed') {
      const { code, message } = reportOf(outcome.error);
      print.note(`✗ ${path}: ${message} (${code})`);
      await show({ path, name, status: 'failed', error: { code, detail: message } });
    } else if (outcome.status !== 'resumed') {
      print.note(`✓ ${path} ${outcome.image_id}`);
      await show({ path, name, status: outcome.status, image_id: outcome.image_id });
    }
  };
  while (!signal.aborted) {
    try {
      for await (const outcome of client.uploads.files(source(), { ledger, signal })) await settle(outcome);
      return;
    } catch (error) {
      const isOutage = error instanceof ConnectionError || error instanceof ServerError;
      if (!isOutage || signal.aborted) throw error;
      print.note(`! ${reportOf(error).message} Trying again.`);
      await sleep(options.outageMs ?? OUTAGE_MS, undefined, { signal });
    }
  }
}
