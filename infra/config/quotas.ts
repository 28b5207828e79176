import type { Environment } from './environments.ts';

/** vCPUs of each instance type of the workers. */
const VCPUS: Readonly<Record<string, number>> = { 'g4dn.xlarge': 4, 'g5.xlarge': 4, 'g6.xlarge': 4 };
/** Concurrent executions that AWS leaves to functions without a reservation. */
const UNRESERVED = 100;
/** The queues that `consumers` bounds: indexing, duplicates, archive, usage, webhooks, and five times that of their attempts. */
const CONSUMED_QUEUES = 10;
/**
 * Concurrent runs of jobs about models, of purges, of retries of failed images, of removals of storage locations, of scans, of
 * events of buckets, of replays of webhooks and of events.
 */
const JOB_RUNS = 5 + 2 + 2 + 2 + 5 + 2 + 2 + 2;

/** MB: the most that Lambda gives to a function in an account without a history. */
export const NEW_ACCOUNT_MEMORY = 3_008;

/** Returns the MB of search-images. */
export const searchMemory = ({ functions }: Environment): number =>
  functions.searchMemory ?? NEW_ACCOUNT_MEMORY;

/** Objects of tenants' own storage that are read at once: half as many as uploads; the least that SQS accepts is 2. */
export const importers = ({ validators }: Pick<Environment, 'validators'>): number =>
  Math.max(2, Math.round(validators / 2));

/** Concurrent executions of Lambda that an environment can use at the same time, and that the account must allow. */
export const neededConcurrency = ({ reserved, validators, consumers }: Environment): number =>
  (reserved?.authorizer ?? 0) +
  (reserved?.search ?? 0) +
  validators +
  importers({ validators }) +
  CONSUMED_QUEUES * consumers +
  JOB_RUNS +
  UNRESERVED;

/** vCPUs of G and VT instances: on demand, and Spot. One instance more runs during a deployment. */
export function neededGpuCpus({ worker }: Environment): { onDemand: number; spot: number } {
  if (worker.kind !== 'gpu') return { onDemand: 0, spot: 0 };
  const largest = Math.max(...worker.instances.map((type) => VCPUS[type] ?? Number.NaN));
  return { onDemand: worker.onDemand * largest, spot: (worker.maxTasks + 1 - worker.onDemand) * largest };
}
