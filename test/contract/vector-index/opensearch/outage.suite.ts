import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { redrive } from '#shared/failures/redrive.ts';
import type { StageQueues } from '#shared/failures/stage-queues.ts';
import { startRedrive } from '#shared/failures/start-redrive.ts';
import { type IndexPorts, indexImages } from '#shared/images/index-image.ts';
import { recordFailure } from '#shared/images/record-failure.ts';
import { runJob } from '#shared/jobs/run-job.ts';
import { openSearchClient } from '#shared/vector-index/opensearch-client.ts';
import { openSearchVectorIndex } from '#shared/vector-index/opensearch-index.ts';
import { startOpenSearch } from '../../../../infra/local/opensearch/node.ts';
import { memoryBlobs } from '../../../memory/blobs.ts';
import { memoryJobQueue } from '../../../memory/job-queue.ts';
import { memoryJobStore } from '../../../memory/job-store.ts';
import { newWorld } from '../../../unit/failures/world.ts';
import { MODEL, setUp, validated } from '../../../unit/images/processed-events.ts';
import { ACME, vectorAt } from '../../../unit/search/library.ts';

const IMAGES = 1_000;
const BATCH = 50;

/** Starts its own node, and stops it while images come. */
export function describeOutage(): void {
  describe('OpenSearch: a node that is away', () => {
    it(`fails ${IMAGES} images, which one redrive indexes, none twice, each told once`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'deeplens-outage-'));
      const start = async () => {
        const node = await startOpenSearch({ folder, heapMiB: 256 });
        const client = openSearchClient({ endpoint: node.url, auth: 'none', region: 'eu-central-1' });
        return { node, index: openSearchVectorIndex(client, { shards: 1, storage: 'float' }) };
      };
      const world = setUp();
      const { imageStore, publisher } = world;
      const events = await Promise.all(Array.from({ length: IMAGES }, () => validated(world)));
      const indexAll = async (index: IndexPorts['index'], bodies: readonly unknown[]) => {
        const step = indexImages({ ...world.ports, index });
        const outcomes: PromiseSettledResult<unknown>[] = [];
        for (let from = 0; from < bodies.length; from += BATCH)
          outcomes.push(...(await step(bodies.slice(from, from + BATCH) as typeof events)));
        return outcomes;
      };

      const before = await start();
      try {
        await before.index.prepare(MODEL, vectorAt(1).length);
      } finally {
        process.kill(before.node.pid, 'SIGKILL');
        await before.node.stop();
      }
      const refused = await indexAll(before.index, events);
      expect(refused.filter(({ status }) => status === 'rejected')).toHaveLength(IMAGES);
      const record = recordFailure({ imageStore, publisher, blobs: memoryBlobs() });
      for (const event of events)
        await record({ body: JSON.stringify(event), stage: 'indexing', attempts: 32 });

      const after = await start();
      try {
        const sent: unknown[] = [];
        const elsewhere = { send: () => Promise.reject(new Error('not this stage')) };
        const queues: StageQueues = {
          ...{ validation: elsewhere, embedding: elsewhere, duplicates: elsewhere },
          indexing: { send: async (_tenant, body) => void sent.push(body) },
        };
        const { tenants, blobs, addTenant } = newWorld();
        await addTenant(ACME);
        const [jobs, queue, now] = [memoryJobStore(), memoryJobQueue(), () => new Date()];
        const ports = { imageStore, tenants, blobs, queues, now };
        const { job_id } = await startRedrive({ tenants, jobs, queue })({ stage: 'indexing' });
        await runJob<'redrive'>({
          ...{ jobs, queue, budgetSeconds: 600 },
          runners: { redrive: redrive(ports) },
        })(job_id);
        expect(await jobs.get(job_id)).toMatchObject({
          status: 'completed',
          progress: { found: IMAGES, retried: IMAGES },
        });
        const mended = await indexAll(after.index, [...sent, ...sent]); // SQS delivers at least once
        expect(mended.filter(({ status }) => status === 'rejected')).toEqual([]);
        expect(await after.index.count(ACME, MODEL)).toBe(IMAGES);
        const told = (type: string) =>
          new Set(publisher.events.filter((event) => event.type === type).map(({ id }) => id)).size;
        expect([told('images.failed'), told('images.indexed')]).toEqual([IMAGES, IMAGES]);
      } finally {
        await after.node.stop();
        await rm(folder, { recursive: true, force: true });
      }
    });
  });
}
