import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { onnxEmbedder } from '#shared/embedding/onnx-embedder.ts';
import { type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { lanceDbVectorIndex } from '#shared/vector-index/lancedb-index.ts';
import { sampleImages } from '../../../infra/local/samples.ts';
import { eachOf } from '../../each-of.ts';
import { openService } from '../../eval/service.ts';
import { type Latency, quantiles } from './latency.ts';

type Quantiles = Pick<Latency, 'p50' | 'p95'>;

/** Times of a search in one process, and of its bare library calls, on the same images. */
export interface FunctionFigures {
  searches: number;
  service: Quantiles;
  /** The sum of `decode` and `embedAndSearch`. */
  bare: Quantiles;
  /** Decoding, and resizing to the model's input, with sharp alone. */
  decode: Quantiles;
  /** One forward pass, and one call of the index. */
  embedAndSearch: Quantiles;
}

const MODEL = 'deeplens-lite-v1';
const TENANT = tenantId('samples');
/** Candidates per search, as in the service. */
const K = 50;
/** Copies per photograph; all have different bytes, so that no answer comes from the cache. */
const COPIES = 10;

/**
 * Searches for mild copies of the sample photographs, which need no verification, among those photographs.
 * @param folder an empty one, for the index
 */
export async function measureFunction(folder: string): Promise<FunctionFigures> {
  const service = await openService({ indexDir: folder, model: MODEL });
  const photographs = (await sampleImages()).filter(({ copyOf }) => !copyOf);
  for (const { bytes, name } of photographs) await service.ingest(TENANT, bytes, name);
  const bareSearch = await openBareSearch(folder, TENANT);

  const measure = async ({ bytes, quality }: { bytes: Uint8Array; quality: number }) => {
    const copy = await sharp(bytes).jpeg({ quality }).toBuffer();
    const startedAt = performance.now();
    const { pixelComparisons, passes } = await service.search(TENANT, { bytes: copy });
    const took = performance.now() - startedAt;
    if (pixelComparisons > 0 || passes > 1) throw new Error('An unambiguous search was verified further.');
    return { service: took, ...(await bareSearch(copy)) };
  };

  const copies = Array.from({ length: COPIES }, (_, at) => 90 - 2 * at).flatMap((quality) =>
    photographs.map(({ bytes }) => ({ bytes, quality })),
  );
  // The first searches warm up the compiler.
  for (const photograph of photographs) await measure({ ...photograph, quality: 91 });
  const times: Awaited<ReturnType<typeof measure>>[] = [];
  await eachOf('function: search', copies, async (copy) => void times.push(await measure(copy)));
  return {
    searches: times.length,
    service: quantiles(times.map(({ service }) => service)),
    bare: quantiles(times.map(({ decode, embedAndSearch }) => decode + embedAndSearch)),
    decode: quantiles(times.map(({ decode }) => decode)),
    embedAndSearch: quantiles(times.map(({ embedAndSearch }) => embedAndSearch)),
  };
}

/** Returns a function that measures the library calls of a search, in milliseconds. @param folder of the index */
export async function openBareSearch(folder: string, tenant: TenantId) {
  const { manifest, embed } = await onnxEmbedder({ modelsDir: 'models', name: MODEL, provider: 'cpu' });
  const modulePath = fileURLToPath(import.meta.resolve('@lancedb/lancedb'));
  const index = await lanceDbVectorIndex({ uri: folder, modulePath });
  const { width, height } = manifest.input;

  return async (bytes: Uint8Array) => {
    const startedAt = performance.now();
    const input = await sharp(bytes).resize(width, height, { fit: 'fill' }).removeAlpha().raw().toBuffer();
    const decodedAt = performance.now();
    const [embedding] = await embed([input]);
    if (!embedding) throw new Error('The model returned no embedding.');
    const { semantic, copy } = embedding;
    await index.search(tenant, manifest.name, { semantic, copy, k: K });
    return { decode: decodedAt - startedAt, embedAndSearch: performance.now() - decodedAt };
  };
}
