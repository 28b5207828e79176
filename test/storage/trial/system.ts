import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Credentials } from '#shared/connectors/credentials.ts';
import type { StorageTarget } from '#shared/connectors/storage-target.ts';
import type { Scan } from '#shared/jobs/job.ts';
import { type ScanRequest, startScan } from '#shared/scans/start-scan.ts';
import { storageLocation } from '../../fixtures/storage-location.ts';
import { Acknowledgement, type WorkerSettings } from './messages.ts';
import { answerCall, PortCall } from './port-calls.ts';
import { trialQueue } from './queue.ts';
import { ACME, trialStores } from './stores.ts';

const PROGRAM = join(import.meta.dirname, 'worker.ts');
const TICK_MS = 20;
const MB = 1e6;

/** A location whose scans run in a process that can be killed; `allowed` are the addresses that it may call. */
export async function trialSystem(target: StorageTarget, credentials: Credentials, allowed: string[]) {
  const queue = trialQueue();
  let current = target;
  const stores = await trialStores(queue, () => current);
  const location = storageLocation({ ...target, on_missing: 'hide' });
  const { storage_id } = location;
  await stores.storages.add(ACME, location, 10);
  const settings: WorkerSettings = { allowed, credentials };
  /** Resident megabytes of the worker that runs now, after each message. */
  let resident: number[] = [];
  let imported = 0;
  let broken: Error | undefined;

  function startWorker(): ChildProcess {
    resident = [];
    const child = fork(PROGRAM, [JSON.stringify(settings)], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.on('message', async (message: unknown) => {
      const call = PortCall.safeParse(message);
      if (call.success) {
        const reply = await answerCall(stores.ports, call.data);
        if (child.connected) child.send(reply, () => undefined); // it may have been killed meanwhile
        return;
      }
      const { delivery, failure, resident: bytes } = Acknowledgement.parse(message);
      resident.push(bytes / MB);
      try {
        if (queue.end(delivery, failure)?.what === 'import') imported += 1;
      } catch (error) {
        broken = error instanceof Error ? error : new Error(String(error));
      }
    });
    return child;
  }
  let worker = startWorker();

  async function kill(): Promise<void> {
    const ended = once(worker, 'exit');
    worker.kill('SIGKILL');
    await ended;
    queue.returnAll();
  }
  function deliver(): void {
    for (let next = queue.take(); next; next = queue.take())
      worker.send({ kind: 'delivery', ...next }, () => undefined);
  }

  /** Delivers until nothing is left. @param killedAt numbers of imported objects at which the worker is killed */
  async function settle(killedAt: readonly number[]): Promise<void> {
    const deaths = [...killedAt];
    imported = 0;
    while (!queue.isEmpty()) {
      if (broken) throw broken;
      deliver();
      if (deaths[0] !== undefined && imported >= deaths[0]) {
        deaths.shift();
        await kill();
        worker = startWorker();
      }
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
    if (deaths.length > 0) throw new Error('the worker was to be killed, and was not');
  }

  const start = startScan({ jobs: stores.jobs, storages: stores.storages, queue: stores.jobQueue });
  return {
    stores,
    storage_id,
    /** Scans, and waits for the end. `seconds`: from the request on. `opened`: objects. */
    async scan(
      request: Partial<ScanRequest> = {},
      killedAt: readonly number[] = [],
    ): Promise<Scan & { seconds: number; opened: number }> {
      stores.opened.clear();
      const started = performance.now();
      const { job_id } = await start(ACME, { storage_id, recursive: true, ...request });
      await settle(killedAt);
      const job = await stores.jobs.get(job_id);
      if (job?.kind !== 'scan') throw new Error('there is no such scan');
      const opened = stores.opened.size; // objects: a message that comes twice opens one twice
      return { ...job, opened, seconds: (performance.now() - started) / 1_000 };
    },
    /** Reads the storage by another address from now on. */
    useTarget(other: StorageTarget): void {
      current = other;
    },
    resident: () => resident,
    deliveries: () => queue.deliveries(),
    end: kill,
  };
}
