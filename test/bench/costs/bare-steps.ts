import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { newImageId } from '#shared/kernel/ids.ts';
import { lanceDbVectorIndex } from '#shared/vector-index/lancedb-index.ts';
import { awsClient } from '../../../infra/local/emulator.ts';
import { cpuMsSince } from '../../cpu-time.ts';
import { randomOf } from '../../eval/random.ts';
import { MODEL } from './bare.ts';
import type { Stack } from './stack.ts';

const DIMENSION = 256;
const RUNS = 40;
/** Images of one bulk request. */
const BATCH = 10;
const TABLE = 'deeplens-local-images';
/** As the service searches. */
const K = 50;

const vector = (random: () => number): Float32Array => {
  const values = Float32Array.from({ length: DIMENSION }, () => random() - 0.5);
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
};

/** Measures the CPU of the fewest calls that detection and indexing can do with, a picture, in milliseconds. */
export async function bareSteps({
  emulatorUrl,
  indexDir,
  tenant,
}: Stack): Promise<{ detect: number; index: number }> {
  const modulePath = fileURLToPath(import.meta.resolve('@lancedb/lancedb'));
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient(awsClient(emulatorUrl)));
  const random = randomOf('bare steps');
  const served = await lanceDbVectorIndex({ uri: indexDir, modulePath });
  const Key = { pk: 'BENCH', sk: 'BENCH' };
  const detect = async () => {
    await served.search(tenant, MODEL, { semantic: vector(random), copy: vector(random), k: K });
    for (let read = 0; read < 2; read++) await documents.send(new GetCommand({ TableName: TABLE, Key }));
  };

  const folder = await mkdtemp(join(tmpdir(), 'deeplens-bench-'));
  try {
    const own = await lanceDbVectorIndex({ uri: folder, modulePath });
    await own.prepare(MODEL, DIMENSION);
    const index = async () => {
      const images = Array.from({ length: BATCH }, () => ({
        imageId: newImageId(),
        ...{ storageLocation: 'uploads', format: 'jpeg' as const, createdAt: new Date(0).toISOString() },
        ...{ metadata: {}, semantic: vector(random), copy: vector(random) },
      }));
      await own.upsert(tenant, MODEL, images);
      const Item = { ...Key, semantic: new Uint8Array(4 * DIMENSION), local: new Uint8Array(12_544) };
      for (let write = 0; write < 2 * BATCH; write++)
        await documents.send(new PutCommand({ TableName: TABLE, Item }));
    };
    return { detect: await cpuOf(detect, RUNS), index: (await cpuOf(index, RUNS / 4)) / BATCH };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Returns the mean CPU of a run; the first ones warm up the compiler. */
async function cpuOf(run: () => Promise<unknown>, runs: number): Promise<number> {
  for (let warmUp = 0; warmUp < runs / 4; warmUp++) await run();
  const before = process.cpuUsage();
  for (let done = 0; done < runs; done++) await run();
  return cpuMsSince(before) / runs;
}
