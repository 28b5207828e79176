import { type Cohort, countOf, FairQueue, NOTHING } from './fair-queue.ts';
import { type Freshness, freshnessOf, type Indexed } from './freshness.ts';
import type { Policies } from './policies.ts';
import type { ServiceTimes } from './service-times.ts';
import { WorkerFleet } from './worker-fleet.ts';

/** What comes in, and what goes wrong. */
export interface Scenario {
  name: string;
  /** Seconds of arrivals; the simulation goes on until nothing is in flight, at most four times as long. */
  seconds: number;
  /** Images a second of each tenant. */
  arrivals: (now: number) => Readonly<Record<string, number>>;
  /** Ends a share of the Spot tasks. */
  interruption?: { at: number; share: number };
}

export interface PipelineOutcome {
  arrived: number;
  indexed: number;
  /** Images that wait for a step, at most. */
  depth: Readonly<Record<Step, number>>;
  /** Of all images, and of each tenant. */
  freshness: Freshness;
  freshnessOf: Readonly<Record<string, Freshness>>;
  tasks: { most: number; hours: number };
  /** Concurrent executions of Lambda, at most. */
  concurrency: number;
}

type Step = 'validation' | 'embedding' | 'indexing' | 'duplicates';

/** Images a second of a tenant that need not wait in the fair queue: ten a minute (docs/adr/0039). */
const FIRST_CLASS = 10 / 60;
/** Seconds in queues that nobody has to wait for: receiving from three, and filling a batch. */
const HANDING_OVER = 3;

/** Simulates ingest second by second. Images flow as fractions; each step takes what its capacity allows. */
export function simulatePipeline(
  scenario: Scenario,
  policies: Policies,
  times: ServiceTimes,
): PipelineOutcome {
  const { consumers } = policies;
  const fleet = new WorkerFleet(policies.worker, times);
  const first = new FairQueue();
  const fair = new FairQueue();
  const embedding = new FairQueue();
  const indexing = new FairQueue();
  const duplicates = new FairQueue();
  /** What lost tasks held, by the second at which it is visible again. */
  const invisible = new Map<number, Cohort[]>();
  const done: Indexed[] = [];
  const depth = { validation: 0, embedding: 0, indexing: 0, duplicates: 0 };
  let arrived = 0;
  let indexed = 0;
  let concurrency = 0;
  let waitingBefore = 0;

  const inFlight = () => arrived - indexed + duplicates.depth;
  for (
    let now = 0;
    now < scenario.seconds || (now < scenario.seconds * 4 && inFlight() > NOTHING * done.length);
    now++
  ) {
    for (const [tenant, count] of Object.entries(now < scenario.seconds ? scenario.arrivals(now) : {})) {
      arrived += count;
      first.add({ tenant, uploadedAt: now, count: Math.min(count, FIRST_CLASS) });
      fair.add({ tenant, uploadedAt: now, count: count - FIRST_CLASS });
    }
    const validated = [
      ...first.take(consumers.validation.concurrency / times.validate),
      ...fair.take(consumers['fair-validation'].concurrency / times.validate),
    ];
    for (const cohort of [...(invisible.get(now) ?? []), ...validated]) embedding.add(cohort);

    const { interruption } = scenario;
    const lost = interruption?.at === now ? fleet.interrupt(now, interruption.share) : 0;
    // A task holds two micro-batches: about what it embeds in a second.
    if (lost > 0)
      invisible.set(now + policies.worker.visibilityTimeout, embedding.take(lost * times.gpuImagesPerSecond));
    for (const cohort of embedding.take(fleet.rate(now))) indexing.add(cohort);

    const stored = indexing.take(consumers.indexing.concurrency / times.index);
    for (const cohort of stored) {
      done.push({ ...cohort, age: now - cohort.uploadedAt + HANDING_OVER + times.validate + times.index });
      indexed += cohort.count;
      duplicates.add(cohort);
    }
    const compared = duplicates.take(consumers.duplicates.concurrency / times.detect);

    const busy =
      countOf(validated) * times.validate + countOf(stored) * times.index + countOf(compared) * times.detect;
    concurrency = Math.max(concurrency, busy);
    depth.validation = Math.max(depth.validation, first.depth + fair.depth);
    depth.embedding = Math.max(depth.embedding, embedding.depth);
    depth.indexing = Math.max(depth.indexing, indexing.depth);
    depth.duplicates = Math.max(depth.duplicates, duplicates.depth);
    if (now % 60 === 0) {
      fleet.minute(now, waitingBefore);
      waitingBefore = embedding.depth;
    }
    fleet.second();
  }

  const tenants = Map.groupBy(done, ({ tenant }) => tenant);
  return {
    arrived,
    indexed,
    depth,
    freshness: freshnessOf(done),
    freshnessOf: Object.fromEntries([...tenants].map(([tenant, own]) => [tenant, freshnessOf(own)])),
    tasks: { most: fleet.most, hours: fleet.taskSeconds / 3600 },
    concurrency: Math.ceil(concurrency),
  };
}
