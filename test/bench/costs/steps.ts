import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { gatherReads } from '#shared/aws/dynamodb-gathered-reads.ts';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import { AnyEvent } from '#shared/contracts/events/envelope.ts';
import type { DeepLensEvent, EventType } from '#shared/contracts/events/registry.ts';
import { detectDuplicates } from '#shared/duplicates/detect-duplicates.ts';
import { dynamoGroupStore } from '#shared/duplicates/dynamodb-group-store.ts';
import { archiveEvent } from '#shared/images/archive-event.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { embedImages } from '#shared/images/embed-image.ts';
import { indexImages } from '#shared/images/index-image.ts';
import { addImage } from '#shared/images/request-upload.ts';
import { validateImage } from '#shared/images/validate-image.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { type ImageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { snsPublisher } from '#shared/messaging/sns-publisher.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { lanceDbVectorIndex } from '#shared/vector-index/lancedb-index.ts';
import type { Cleanups } from '../../../infra/local/cleanups.ts';
import { startEmulator } from '../../../infra/local/emulator.ts';
import { forgetTestHome, newTestHome } from '../../../infra/local/test-home.ts';
import { emulator, newTable, uniqueName } from '../../contract/emulator.ts';
import { IMAGE_INDEXES } from '../../contract/samples.ts';
import { cpuMsSince } from '../../cpu-time.ts';
import { tenantNamed } from '../../fixtures/tenant.ts';
import { bareEmbedder, MODEL } from './bare.ts';
import type { Picture } from './pictures.ts';
import { type CostRow, rounded } from './row.ts';

const TENANT = tenantId('bench');
const UNLIMITED = { images: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER };
/** Messages of a full batch. Validation's have one. */
const BATCH = 10;
/** Batches that compile the code. */
const WARM_UP = 2;

/** CPU in milliseconds, and calls of AWS. */
interface Cost {
  cpuMs: number;
  calls: number;
}

/**
 * Runs the steps of ingest in this process with the clients of AWS, in full batches, and measures the CPU and the calls of each.
 * Nothing is deployed: the emulator has tables, a bucket and a topic, and what works in it is not counted.
 */
export async function stepRows(pictures: readonly Picture[], cleanups: Cleanups): Promise<CostRow[]> {
  const home = await newTestHome('bench-steps');
  cleanups.add(() => forgetTestHome(home));
  process.env.DEEPLENS_TEST_EMULATOR = (await startEmulator(home, cleanups)).url;
  const folder = await mkdtemp(join(tmpdir(), 'deeplens-bench-'));
  cleanups.add(() => rm(folder, { recursive: true }));
  const steps = await openSteps(folder);
  const costs = new Map<string, Cost>();
  let measured = 0;
  for (let from = 0; from + BATCH <= pictures.length; from += BATCH) {
    const batch = await steps.run(pictures.slice(from, from + BATCH));
    if (from < WARM_UP * BATCH) continue;
    measured += BATCH;
    for (const [name, { cpuMs, calls }] of batch) {
      const sum = costs.get(name) ?? { cpuMs: 0, calls: 0 };
      costs.set(name, { cpuMs: sum.cpuMs + cpuMs, calls: sum.calls + calls });
    }
  }
  return [...costs].map(([name, { cpuMs, calls }]) => ({
    what: `step ${name}, in batches of ${BATCH}, CPU a picture`,
    measured: `${rounded(cpuMs / measured)} ms`,
    reference: `${(calls / measured).toFixed(1)} calls of AWS`,
  }));
}

async function openSteps(folder: string) {
  const images = await newTable('images', IMAGE_INDEXES);
  const [groups, tenants] = [await newTable('groups'), await newTable('tenants')];
  const s3 = new S3Client({ ...emulator(), forcePathStyle: true });
  const sns = new SNSClient(emulator());
  const bucket = uniqueName('pictures');
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const { TopicArn: topicArn = '' } = await sns.send(new CreateTopicCommand({ Name: uniqueName('events') }));
  let calls = 0;
  for (const { config } of [images.client, groups.client, tenants.client, s3, sns]) {
    const { requestHandler } = config;
    const handle = requestHandler.handle.bind(requestHandler);
    requestHandler.handle = (...given: Parameters<typeof handle>) => {
      calls += 1;
      return handle(...given);
    };
  }
  const embedder = await bareEmbedder();
  const published: DeepLensEvent[] = [];
  const publisher = snsPublisher({ topicArn, client: sns });
  const gathered = { gather: gatherReads };
  const ports = {
    imageStore: dynamoImageStore({ ...images, ...gathered }),
    groups: dynamoGroupStore({ ...groups, ...gathered }),
    tenants: dynamoTenantStore({ ...tenants, ...gathered }),
    blobs: s3Blobs({ bucket, client: s3 }),
    index: await lanceDbVectorIndex({
      uri: folder,
      modulePath: fileURLToPath(import.meta.resolve('@lancedb/lancedb')),
    }),
    imaging: sharpImaging(),
    models: [MODEL] as const,
    manifests: [embedder.manifest] as const,
    embedders: [embedder] as const,
    publisher: {
      async publish(tenant: TenantId, events: readonly DeepLensEvent[]) {
        published.push(...events);
        await publisher.publish(tenant, events);
      },
    },
  };
  await dynamoTenantStore(tenants).reserve(tenantNamed(TENANT));
  const one = { ...ports, imageStore: dynamoImageStore(images), tenants: dynamoTenantStore(tenants) };
  const [add, validate, embed, index] = [
    addImage(one),
    validateImage(one),
    embedImages(one),
    indexImages(ports),
  ];
  const [detect, archive] = [detectDuplicates(ports), archiveEvent(ports)];
  const eventsOf = <T extends EventType>(type: T) =>
    published.filter((event): event is Extract<DeepLensEvent, { type: T }> => event.type === type);

  return {
    async run(batch: readonly Picture[]): Promise<Map<string, Cost>> {
      published.length = 0;
      const costs = new Map<string, Cost>();
      const step = async (name: string, work: () => Promise<unknown>) => {
        const [before, called] = [process.cpuUsage(), calls];
        await work();
        costs.set(name, { cpuMs: cpuMsSince(before), calls: calls - called });
      };
      const added: { image_id: ImageId; size: number }[] = [];
      for (const { name, bytes } of batch) {
        const upload = { filename: name, contentType: 'image/jpeg', size: bytes.length };
        const { image_id } = await add(TENANT, upload, bytes, UNLIMITED, name);
        added.push({ image_id, size: bytes.length });
      }
      await step('validate-image', async () => {
        for (const { image_id, size } of added)
          await validate(TENANT, image_id, { key: objectKeys.incoming(TENANT, image_id), size });
      });
      await step('gpu-worker', () => embed(eventsOf('images.validated')));
      await step('index-image', () => index(eventsOf('images.processed')));
      await step('detect-duplicates', () => Promise.all(eventsOf('images.indexed').map(detect)));
      const events = published.map((event) => AnyEvent.parse(event));
      await step('archive-events', async () => {
        for (let from = 0; from < events.length; from += BATCH)
          await Promise.all(events.slice(from, from + BATCH).map(archive));
      });
      return costs;
    },
  };
}
