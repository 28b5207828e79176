import sharp from 'sharp';
import { type Latency, latencyOf, quantiles } from '../search/latency.ts';
import { openBareSearch } from '../search/measure-function.ts';
import type { Picture } from './pictures.ts';
import { boundRow, type CostRow, rounded } from './row.ts';
import type { Stack } from './stack.ts';

const CALLERS = 4;
/** Searches that start the processes and warm up their compilers. */
const WARM_UP = 8;

/** What a search takes, in milliseconds: in the function, and through the local front. */
interface SearchFigures {
  inFunction: Pick<Latency, 'p50' | 'p95'>;
  front: Latency;
}

/** Returns queries: every second picture is stored already, here smaller and compressed again, and the others are not. */
export const queriesOf = (
  stored: readonly Picture[],
  strangers: readonly Picture[],
  run: number,
): Promise<Buffer[]> =>
  Promise.all(
    strangers.flatMap(({ bytes }, at) =>
      [bytes, stored[at]?.bytes ?? bytes].map((each) =>
        // Other bytes in each run: no answer comes from the cache.
        sharp(each)
          .resize(900 - 20 * run, 900 - 20 * run, { fit: 'inside' })
          .jpeg({ quality: 80 })
          .toBuffer(),
      ),
    ),
  );

export async function measureSearches(
  { api }: Stack,
  queries: readonly Uint8Array[],
  callers = 1,
): Promise<SearchFigures> {
  const took: number[] = [];
  const search = async (bytes: Uint8Array) => {
    const file = new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' });
    took.push((await api.search.similarity({ file })).processing_time_ms);
  };
  const front = await latencyOf(queries, callers, search);
  return { inFunction: quantiles(took), front };
}

const both = ({ p50, p95 }: Pick<Latency, 'p50' | 'p95'>) => `${rounded(p50)} / ${rounded(p95)} ms`;

/**
 * Searches a library by one caller and by four.
 * @param small the searches by one caller when it had only `few` images
 */
export async function searchRows(
  stack: Stack,
  { stored, strangers }: { stored: readonly Picture[]; strangers: readonly Picture[] },
  { small, few }: { small: SearchFigures; few: number },
): Promise<CostRow[]> {
  await measureSearches(stack, (await queriesOf(stored, strangers, 1)).slice(0, WARM_UP));
  const queries = await queriesOf(stored, strangers, 2);
  const alone = await measureSearches(stack, queries);
  const bareSearch = await openBareSearch(stack.indexDir, stack.tenant);
  const bare: number[] = [];
  for (const query of queries) {
    const { decode, embedAndSearch } = await bareSearch(query);
    bare.push(decode + embedAndSearch);
  }
  await measureSearches(stack, (await queriesOf(stored, strangers, 3)).slice(0, 2 * WARM_UP), CALLERS);
  const together = await measureSearches(stack, await queriesOf(stored, strangers, 4), CALLERS);
  const reference = `bare decode, embed and k-NN: ${both(quantiles(bare))}`;
  const { inFunction, front } = alone;
  const growth = front.p50 / small.front.p50;
  return [
    boundRow('search, one caller, in the function, p50', inFunction.p50, {
      ...{ goal: { most: 55 }, unit: 'ms', reference },
    }),
    boundRow('search, one caller, in the function, p95', inFunction.p95, {
      ...{ goal: { most: 90 }, unit: 'ms', reference },
    }),
    boundRow('search, one caller, through the local front, p50', front.p50, {
      ...{ goal: { most: 110 }, unit: 'ms', reference },
    }),
    boundRow(`search, ${CALLERS} callers`, together.front.perSecond, {
      ...{ goal: { least: 10 }, unit: 'a second' },
      reference: `one caller: ${rounded(front.perSecond)} a second`,
    }),
    {
      what: `search through the local front, ${stored.length} images, p50`,
      measured: `${rounded(front.p50)} ms, ${growth.toFixed(2)} ×`,
      reference: `itself at ${few} images: ${rounded(small.front.p50)} ms`,
      goal: '≤ 1.2 ×',
      met: growth <= 1.2,
    },
  ];
}
