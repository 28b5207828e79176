import { cpus } from 'node:os';
import { bareEmbedder, bareEmbedding, bareValidation } from './bare.ts';
import { bareSteps } from './bare-steps.ts';
import { cpuEach } from './cpu-each.ts';
import type { Picture } from './pictures.ts';
import { cpuBetween, type Used } from './processes.ts';
import { boundRow, type CostRow, ratioRow, rounded } from './row.ts';
import { ingest, type Stack } from './stack.ts';

/** Pictures of which the bare libraries' CPU is measured. */
const BARE = 40;
/** The functions that have a row of their own. */
const MEASURED = ['validate-image', 'gpu-worker', 'detect-duplicates', 'index-image'];
/** The growth of peak memory from half of the pictures to all that counts as flat. */
const FLAT = 1.1;

/** Uploads pictures to a running system that has seen some, and measures the CPU of each function by picture, and their memory. */
export async function ingestRows(stack: Stack, pictures: readonly Picture[]): Promise<CostRow[]> {
  const half = Math.ceil(pictures.length / 2);
  const before = await stack.used();
  const first = await ingest(stack, pictures.slice(0, half));
  const between = await stack.used();
  const second = await ingest(stack, pictures.slice(half));
  const after = await stack.used();
  const costs = new Map(
    [...cpuBetween(before, after)].map(([name, cpuMs]) => [name, cpuMs / pictures.length]),
  );

  const bytes = pictures.slice(0, BARE).map((picture) => picture.bytes);
  const embedder = await bareEmbedder();
  const pngs = new Map<Uint8Array, Buffer>();
  const [validation, embedding] = await cpuEach(bytes, [
    async (each) => void pngs.set(each, await bareValidation(each)),
    async (each) => bareEmbedding(embedder, pngs.get(each) ?? (await bareValidation(each))),
  ]);
  const { detect, index } = await bareSteps(stack);
  return [
    ...costRows(costs, { validation, embedding, detect, index }),
    boundRow(
      'pictures a second, from the first form to the last indexed',
      pictures.length / (first + second),
      {
        ...{ goal: { least: 10 }, unit: 'a second' },
        reference: `the bare libraries on ${cpus().length} cores: ${rounded((1000 * cpus().length) / (validation + embedding))} a second`,
      },
    ),
    ...memoryRows(between, after, half),
  ];
}

/** Milliseconds of CPU, a picture. */
interface Bare {
  validation: number;
  embedding: number;
  detect: number;
  index: number;
}

/** @param costs milliseconds of CPU a picture, by function */
export function costRows(costs: ReadonlyMap<string, number>, bare: Bare): CostRow[] {
  const cost = (name: string) => costs.get(name) ?? 0;
  const others = [...costs].filter(([name, ms]) => !MEASURED.includes(name) && ms >= 0.1);
  const total = [...costs.values()].reduce((sum, ms) => sum + ms, 0);
  const listed = others
    .sort(([, one], [, other]) => other - one)
    .map(([name, ms]) => `${name} ${rounded(ms)}`)
    .join(', ');
  return [
    ratioRow('validate-image, CPU a picture', [cost('validate-image'), bare.validation], {
      ...{ most: 1.3, of: 'one decode, then 1024 → 512 → 256 and the hashes by bare sharp' },
    }),
    ratioRow('gpu-worker, CPU a picture', [cost('gpu-worker'), bare.embedding], {
      ...{ most: 1.4, of: 'PNG decode, resize and ONNX Runtime, bare' },
    }),
    boundRow('detect-duplicates, CPU a picture', cost('detect-duplicates'), {
      ...{ goal: { most: 20 }, unit: 'ms' },
      reference: `one k-NN request and two reads: ${rounded(bare.detect)} ms`,
    }),
    boundRow('index-image, CPU a picture', cost('index-image'), {
      ...{ goal: { most: 8 }, unit: 'ms' },
      reference: `bulk request of 10 and two writes each: ${rounded(bare.index)} ms`,
    }),
    boundRow(
      'all other functions, CPU a picture',
      others.reduce((sum, [, ms]) => sum + ms, 0),
      {
        ...{ goal: { most: 15 }, unit: 'ms' },
        reference: listed,
      },
    ),
    ratioRow('all functions, CPU a picture', [total, bare.validation + bare.embedding], {
      ...{ most: 2.5, of: 'the bare libraries of validation and embedding' },
    }),
  ];
}

/** Compares the peak memory of each function's largest process after all pictures with that after half of them. */
function memoryRows(
  between: ReadonlyMap<string, Used>,
  after: ReadonlyMap<string, Used>,
  half: number,
): CostRow[] {
  return [...after]
    .filter(([name]) => between.has(name))
    .sort(([, one], [, other]) => other.peakMb - one.peakMb)
    .map(([name, { peakMb, processes }]) => {
      const earlier = between.get(name)?.peakMb ?? peakMb;
      const isMeasured = MEASURED.includes(name);
      return {
        what: `${name}, peak memory`,
        measured: `${rounded(peakMb)} MB, ${(peakMb / earlier).toFixed(2)} ×`,
        reference: `itself after ${half} pictures: ${rounded(earlier)} MB; ${processes} processes`,
        ...(isMeasured && { goal: `≤ ${FLAT} ×`, met: peakMb / earlier <= FLAT }),
      };
    });
}
