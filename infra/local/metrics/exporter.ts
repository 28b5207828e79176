import { open, stat } from 'node:fs/promises';
import { GetQueueAttributesCommand, paginateListQueues, SQSClient } from '@aws-sdk/client-sqs';
import { DeepLens } from '@deeplens/sdk';
import { awsClient } from '../emulator.ts';
import { logEvents, logGroups } from '../log-lines.ts';
import { valuesOf } from './emf.ts';
import { exposition } from './exposition.ts';

/** Milliseconds by which an event may be written later than its time says. */
const LATE = 10_000;
/** Milliseconds within which the service says that it is ready. */
const READY_MS = 10_000;

interface Sources {
  emulatorUrl: string;
  /** The file to which the gpu-worker writes. */
  workerLog: string;
  /** The base URL of the API, which is not known before the front has a port. */
  apiUrl: () => string;
}

/**
 * Reads the metrics of functions and worker, in the lines that CloudWatch would read, and adds the depths of the queues and
 * the readiness of dependencies. Counts begin when it starts.
 * @returns the text that Prometheus scrapes
 */
export async function startExporter({
  emulatorUrl,
  workerLog,
  apiUrl,
}: Sources): Promise<() => Promise<string>> {
  const values = exposition();
  const sqs = new SQSClient(awsClient(emulatorUrl));
  const readGroups = groupTailer(emulatorUrl, (text) => valuesOf(text).forEach(values.add));
  const readWorker = await fileTailer(workerLog, (text) => valuesOf(text).forEach(values.add));

  async function readQueues(): Promise<void> {
    values.clear('queue_depth');
    values.clear('queue_in_flight');
    for await (const { QueueUrls = [] } of paginateListQueues({ client: sqs }, {}))
      await Promise.all(
        QueueUrls.map(async (QueueUrl) => {
          const { Attributes = {} } = await sqs.send(
            new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
          );
          const labels = { queue: QueueUrl.split('/').at(-1) ?? QueueUrl };
          const visible = Number(Attributes.ApproximateNumberOfMessages ?? 0);
          const taken = Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0);
          values.add({ name: 'queue_depth', value: visible, labels });
          values.add({ name: 'queue_in_flight', value: taken, labels });
        }),
      );
  }

  /** A service that does not answer is not ready: all that it told of before is down. */
  async function readReadiness(): Promise<void> {
    const client = new DeepLens({ baseUrl: apiUrl(), maxRetries: 0, timeoutMs: READY_MS });
    const readiness = await client.service.readiness().catch(() => undefined);
    values.clear('dependency_up');
    values.add({ name: 'dependency_up', value: readiness ? 1 : 0, labels: { dependency: 'api' } });
    for (const [dependency, { status }] of Object.entries(readiness?.checks ?? {}))
      values.add({ name: 'dependency_up', value: status === 'down' ? 0 : 1, labels: { dependency } });
  }

  let last: Promise<unknown> = Promise.resolve();
  return () => {
    const scrape = last
      .catch(() => {})
      .then(() => Promise.all([readGroups(), readWorker(), readQueues(), readReadiness()]))
      .then(() => values.text());
    last = scrape; // one at a time: none counts a line twice
    return scrape;
  };
}

/** Reads what was written to log groups since the last call. A stream is one call of a function, and is written at once. */
function groupTailer(emulatorUrl: string, read: (text: string) => void): () => Promise<void> {
  const begun = Date.now();
  let from = begun;
  let seen = new Map<string, number>();
  return async () => {
    const groups = await logGroups(emulatorUrl);
    const events = await Promise.all(groups.map((group) => logEvents(emulatorUrl, group, from)));
    const now = new Map(seen);
    for (const { group, stream, timestamp, message } of events.flat()) {
      const key = `${group} ${stream}`;
      if (seen.has(key)) continue;
      now.set(key, timestamp);
      read(message);
      from = Math.max(from, timestamp - LATE, begun);
    }
    seen = new Map([...now].filter(([, timestamp]) => timestamp >= from));
  };
}

/** Reads the whole lines that were added to a file since the last call; a file that became shorter anew. */
async function fileTailer(path: string, read: (line: string) => void): Promise<() => Promise<void>> {
  let at = await sizeOf(path);
  let rest = '';
  return async () => {
    const size = await sizeOf(path);
    if (size < at) [at, rest] = [0, ''];
    if (size === at) return;
    const file = await open(path);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(size - at), 0, size - at, at);
      at += bytesRead;
      const lines = `${rest}${buffer.toString('utf8', 0, bytesRead)}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) read(line);
    } finally {
      await file.close();
    }
  };
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );
