import { Problem } from '#shared/kernel/problems.ts';
import type { ImagePart, Imaging, ReadImage } from './imaging.ts';
import type { FromReader, ToReader } from './process-messages.ts';
import { type Budget, readerProcess } from './process-reader.ts';
import type { Region } from './region.ts';
import { sharpImaging } from './sharp-imaging.ts';

/** The maximal cost of one image of a stranger: see docs/adr/0032-budget-for-strangers-bytes.md. */
export interface ImageBudget {
  seconds: number;
  /** Resident memory above which the process that reads is ended. */
  memoryMb?: number;
}

/**
 * Enough for 100 Mpx of every format, a raster of 300 MB among it. A process has at most 1 GB: 32 MB more than this, which a
 * decoder can fill before it is ended.
 */
const MEMORY_MB = 992;

/**
 * Returns imaging that reads the bytes of strangers in a process of its own, within a budget. What is derived from our own
 * bytes (model images) is computed in this process.
 */
export function processImaging({ seconds, memoryMb = MEMORY_MB }: ImageBudget): Imaging {
  const reader = readerProcess(memoryMb);
  let images = 0;

  async function ask(question: ToReader, budget: Budget): Promise<FromReader> {
    const reply = await reader.ask(question, budget);
    if (reply.kind === 'problem') throw new Problem(reply.code, reply.detail);
    if (reply.kind === 'error') throw new Error(`An image could not be read: ${reply.detail}`);
    return reply;
  }

  return {
    ...sharpImaging(),
    async read(bytes, options = {}) {
      const budget: Budget = { seconds, leftMs: seconds * 1000 };
      const number = ++images;

      async function readAs(image: number): Promise<Omit<ReadImage, 'part'>> {
        const reply = await ask({ kind: 'read', image, bytes, options }, budget);
        if (reply.kind !== 'image') throw new Error(`The reading process replied ${reply.kind}.`);
        return reply.image;
      }
      async function readPart(regions: readonly Region[]): Promise<ImagePart> {
        const question = { kind: 'part', image: number, regions } as const;
        let reply = await ask(question, budget);
        if (reply.kind === 'gone') {
          // Another image was read meanwhile, or the process was ended by one.
          await readAs(number);
          reply = await ask(question, budget);
        }
        if (reply.kind !== 'part') throw new Error(`The reading process replied ${reply.kind}.`);
        return { ...reply.part, part: (region) => readPart([...regions, region]) };
      }

      return { ...(await readAs(number)), part: (region) => readPart([region]) };
    },
  };
}
