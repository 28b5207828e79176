// The process that scans and imports, as the functions do: with their connectors and their imaging. What has to survive it,
// the process that starts it has; it may be killed at any time.
import type { Connectors } from '#shared/connectors/connectors.ts';
import { openConnectors } from '#shared/connectors/open-connectors.ts';
import { processImaging } from '#shared/imaging/process-imaging.ts';
import { runJob } from '#shared/jobs/run-job.ts';
import type { CatalogueEntry, QueuedObject } from '#shared/scans/catalogue.ts';
import { type ImportPorts, importObject } from '#shared/scans/import-object.ts';
import { scanRunner } from '#shared/scans/run-scan.ts';
import type { ScanPorts } from '#shared/scans/scan-ports.ts';
import { Delivery, type Work, WorkerSettings } from './messages.ts';
import { PortCall, PortReply, remotePorts } from './port-calls.ts';

type Ports = Omit<ScanPorts, 'jobs'> & ImportPorts & Parameters<typeof runJob<'scan'>>[0];

/** Seconds: short, so that a scan goes on by another message often. */
const BUDGET_SECONDS = 5;
const READING_SECONDS = 20;

const settings = WorkerSettings.parse(JSON.parse(process.argv[2] ?? ''));
const send = (message: object) => process.send?.(message, () => undefined); // a parent that has ended needs none
const { port, ask, settle } = remotePorts((call) => send(PortCall.parse(call)));
const now = () => new Date();
const catalogue = port<Ports['catalogue']>('catalogue', {
  async *range(tenant, storage, { after, to }) {
    let from = after;
    for (;;) {
      const entries = (await ask('lists', 'range', [
        tenant,
        storage,
        { after: from, to },
      ])) as CatalogueEntry[];
      yield* entries;
      if (entries.length === 0) return;
      from = entries.at(-1)?.key;
    }
  },
  async *queued(tenant, job) {
    yield* (await ask('lists', 'queued', [tenant, job])) as QueuedObject[];
  },
});
const connectors: Connectors = openConnectors({ allowed: settings.allowed });
const opened = port<{ note(key: string): Promise<void> }>('opened');
const shared = {
  now,
  catalogue,
  connectors: {
    async open(...location) {
      const connector = await connectors.open(...location);
      return {
        ...connector,
        async open(object, options) {
          await opened.note(object.key);
          return connector.open(object, options);
        },
      };
    },
  } satisfies Connectors,
  credentials: async () => settings.credentials,
  storages: port<Ports['storages']>('storages'),
  tenants: port<Ports['tenants']>('tenants'),
  jobs: port<Ports['jobs']>('jobs'),
  errors: port<Ports['errors']>('errors'),
  imports: port<Ports['imports']>('imports'),
  imageStore: port<Ports['imageStore']>('imageStore'),
};
const scanPorts: ScanPorts = {
  ...shared,
  limiter: port('limiter'),
  visibility: port('visibility'),
  purge: async (tenant, image) => void (await ask('images', 'purge', [tenant, image])),
};
const run = runJob<'scan'>({
  ...shared,
  queue: port('queue'),
  runners: { scan: scanRunner(scanPorts) },
  budgetSeconds: BUDGET_SECONDS,
});
const bringIn = importObject({
  ...shared,
  blobs: port<Ports['blobs']>('blobs', { bucket: 'memory' }),
  publisher: port('publisher'),
  imaging: processImaging({ seconds: READING_SECONDS }),
  models: ['trial'],
});

async function failureOf(work: Work): Promise<string | undefined> {
  try {
    await (work.what === 'scan' ? run(work.job) : bringIn(work.message));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

process.on('message', async (message: unknown) => {
  const reply = PortReply.safeParse(message);
  if (reply.success) return settle(reply.data);
  const { delivery, work } = Delivery.parse(message);
  const failure = await failureOf(work);
  send({ kind: 'acknowledgement', delivery, failure, resident: process.memoryUsage.rss() });
});
process.on('disconnect', () => process.exit());
