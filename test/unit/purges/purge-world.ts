import { type JobOutcome, runJob } from '#shared/jobs/run-job.ts';
import {
  type JobId,
  newImageId,
  newKeyId,
  newStorageId,
  type TenantId,
  tenantId,
} from '#shared/kernel/ids.ts';
import { userIdFor } from '#shared/people/person.ts';
import { purgeTenant } from '#shared/purges/purge-tenant.ts';
import { startPurge } from '#shared/purges/start-tenant-purge.ts';
import { tenantDataOutsideTables } from '#shared/purges/tenant-data-outside-tables.ts';
import { newUsageIdentifier } from '#shared/tenants/usage-identifier.ts';
import { memoryBlobs } from '../../memory/blobs.ts';
import { memoryBucketEvents } from '../../memory/bucket-events.ts';
import { memoryJobQueue } from '../../memory/job-queue.ts';
import { memoryJobStore } from '../../memory/job-store.ts';
import { memoryPeopleStore } from '../../memory/people-store.ts';
import { memoryRevocations } from '../../memory/revocations.ts';
import { memorySecretStore } from '../../memory/secret-store.ts';
import { memoryTenantData } from '../../memory/tenant-data.ts';
import { memoryTenantStore } from '../../memory/tenant-store.ts';
import { memoryUsagePlans } from '../../memory/usage-plans.ts';
import { memoryUserDirectory } from '../../memory/user-directory.ts';
import { memoryVectorIndex } from '../../memory/vector-index.ts';

export const ACME = tenantId('acme');
export const OTHER = tenantId('acme-2');
export const ISSUER = 'https://pool.test';
export const TABLES = ['images', 'groups', 'activity', 'limits', 'keys'];
const MODELS = ['one', 'two'];
/** As the queue is set up. */
const MAX_RECEIVES = 5;
const VISIBILITY_MS = 720_000;
const SETTLE_SECONDS = 60;

/** The call of a port that fails: before it has an effect, or after. */
export interface Fault {
  at: number;
  when: 'before' | 'after';
  /** A crash fails all later calls of the run, too; an error is one that the run can handle. */
  kind: 'error' | 'crash';
}

class Broken extends Error {}

/** All ports of a purge in memory, with a clock that each call advances, and calls that fail. */
export function purgeWorld({ faults = [], slice = 2 }: { faults?: readonly Fault[]; slice?: number } = {}) {
  let time = Date.parse('2026-11-24T00:00:00.000Z');
  let calls = 0;
  let crashed = false;
  const now = () => new Date(time);
  const breakAt = (when: Fault['when']) => {
    const fault = faults.find((each) => each.at === calls && each.when === when);
    if (fault?.kind === 'crash') crashed = true;
    if (crashed || fault) throw new Broken(`call ${calls}`);
  };
  const breaking = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name, receiver) {
        const member = Reflect.get(target, name, receiver);
        if (typeof member !== 'function') return member;
        return async (...given: unknown[]) => {
          calls += 1;
          time += 1000;
          breakAt('before');
          const result = await member.apply(target, given);
          breakAt('after');
          return result;
        };
      },
    });

  const tenants = memoryTenantStore();
  const jobs = memoryJobStore();
  const queue = memoryJobQueue();
  const usagePlans = memoryUsagePlans();
  const blobs = memoryBlobs();
  const index = memoryVectorIndex();
  const people = memoryPeopleStore(tenants);
  const directory = memoryUserDirectory();
  const revocations = memoryRevocations();
  const secrets = memorySecretStore();
  const buses = memoryBucketEvents();
  const accounts = { directory, revocations, issuer: ISSUER };
  const tables = TABLES.map((store) => memoryTenantData(store, slice));
  const ports = { tenants: breaking(tenants), jobs: breaking(jobs), queue: breaking(queue), now };
  const stores = [
    ...tenantDataOutsideTables({
      usagePlans: breaking(usagePlans),
      blobs: breaking(blobs),
      index: breaking(index),
      people: breaking(people),
      secrets: breaking(secrets),
      buses: breaking(buses),
      accounts: { ...accounts, directory: breaking(directory), revocations: breaking(revocations) },
    }),
    ...tables.map(breaking),
  ];
  const start = startPurge(ports);
  const purge = runJob<'tenant_purge'>({
    ...ports,
    runners: { tenant_purge: purgeTenant({ ...ports, stores, settleSeconds: SETTLE_SECONDS }) },
    budgetSeconds: 8,
  });

  const add = {
    person: async (tenant: TenantId) => {
      const email = `${newKeyId().toLowerCase()}@${tenant}.test`;
      const user_id = userIdFor(tenant, email);
      const created_at = now().toISOString();
      const person = { user_id, tenant_id: tenant, email, role: 'Admin' as const, created_at };
      await people.add(tenant, { ...person, state: 'inviting' }, 100);
      const account = await directory.create(tenant, { email });
      await people.confirm(tenant, user_id, account?.subject ?? '');
    },
    bus: async (tenant: TenantId) => {
      await buses.turnOn(tenant, newStorageId(), { account: '1', bucket: 'b', prefix: '' });
    },
    secret: async (tenant: TenantId) => {
      await secrets.put(tenant, `storage/${newStorageId()}`, 'x');
    },
    key: async (tenant: TenantId) => {
      await usagePlans.assign(tenant, newUsageIdentifier(), 'free');
    },
    vector: async (tenant: TenantId, model: string) => {
      await index.upsert(tenant, model, [documentOf()]);
    },
    object: async (tenant: TenantId, folder: string) => {
      const middle = folder === 'events' ? `images.indexed/2026-11-24/${tenant}` : tenant;
      await blobs.put(tenant, `${folder}/${middle}/${newImageId()}`, Uint8Array.of(1), 'image/png');
    },
    item: (tenant: TenantId, store: string, count = 1) =>
      tables.find((each) => each.store === store)?.add(tenant, count),
  };

  return {
    tenants,
    directory,
    revocations,
    jobs,
    queue,
    add,
    purge,
    start,
    now,
    pass: (seconds: number) => {
      time += seconds * 1000;
    },
    /** Creates a tenant with a number of items in each store. */
    async settle(tenant: TenantId, each: number): Promise<void> {
      const first_key_id = newKeyId();
      const created_at = now().toISOString();
      await tenants.reserve({
        tenant_id: tenant,
        name: 'A',
        plan: 'free',
        state: 'active',
        created_at,
        first_key_id,
      });
      for (const model of MODELS) await index.prepare(model, 2);
      for (let count = 0; count < each; count++) {
        await add.key(tenant);
        await add.person(tenant);
        await add.secret(tenant);
        await add.bus(tenant);
        for (const model of MODELS) await add.vector(tenant, model);
        for (const folder of ['incoming', 'uploads', 'derived', 'events']) await add.object(tenant, folder);
      }
      for (const table of TABLES) add.item(tenant, table, each);
    },
    async countOf(tenant: TenantId): Promise<Record<string, number>> {
      const untouched = [
        ...tenantDataOutsideTables({ usagePlans, blobs, index, people, accounts, secrets, buses }),
        ...tables,
      ];
      const counts = await Promise.all(
        untouched.map(async (each) => [each.store, await each.count(tenant)] as const),
      );
      return Object.fromEntries(counts);
    },
    /**
     * Delivers as SQS does: a message whose run throws is redelivered, five times in all. Then an operator repeats the
     * DELETE or, if the tenant is gone and only the job does not know it yet, redrives the dead letter.
     */
    async deliverAll(between: (delivery: number) => Promise<void> = async () => {}): Promise<JobOutcome[]> {
      const outcomes: JobOutcome[] = [];
      const waiting: { job: JobId; at: number; attempts: number }[] = [];
      const deadLetters: typeof waiting = [];
      for (let delivery = 0; ; delivery++) {
        for (const { job, delaySeconds } of queue.sent.splice(0)) {
          waiting.push({ job, at: time + delaySeconds * 1000, attempts: 1 });
        }
        waiting.sort((one, other) => one.at - other.at);
        const message = waiting.shift();
        if (!message) return outcomes;
        if (delivery > 10_000) throw new Error('the job never ends');
        time = Math.max(time, message.at);
        await between(delivery);
        crashed = false;
        try {
          outcomes.push(await purge(message.job, message.attempts === MAX_RECEIVES));
        } catch (error) {
          if (!(error instanceof Broken)) throw error;
          const { attempts } = message;
          if (attempts < MAX_RECEIVES)
            waiting.push({ ...message, at: time + VISIBILITY_MS, attempts: attempts + 1 });
          else {
            time += 3_600_000;
            deadLetters.push({ ...message, attempts: 1 });
          }
        }
        crashed = false;
        if (waiting.length + queue.sent.length > 0) continue;
        const isGone = await this.startWithRetries().then(
          () => false,
          (error: unknown) => isNotFound(error),
        );
        const letter = isGone && deadLetters.pop();
        if (letter) waiting.push(letter);
      }
    },
    /** Repeats the call until it succeeds, as an operator does. */
    async startWithRetries() {
      for (;;) {
        crashed = false;
        try {
          return await start(ACME);
        } catch (error) {
          if (!(error instanceof Broken)) throw error;
        }
      }
    },
  };
}

/** Returns true if the tenant is gone. */
function isNotFound(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error && error.code === 'not_found')) throw error;
  return true;
}

const documentOf = () => ({
  imageId: newImageId(),
  storageLocation: 'uploads',
  format: 'jpeg' as const,
  createdAt: '2026-11-24T00:00:00.000Z',
  metadata: {},
  semantic: Float32Array.of(1, 0),
  copy: Float32Array.of(1, 0),
});
