import { Problem } from '#shared/kernel/problems.ts';
import type { FromReader, ToReader } from './process-messages.ts';
import type { Raster } from './raster.ts';
import { deriveImage, derivePart } from './sharp-derive.ts';
import { sharpImaging } from './sharp-imaging.ts';
import { crop } from './sharp-raster.ts';

/** The program of the reading process: reads one image at a time, and holds the pixels of the last. */
let held: { image: number; raster: Raster } | undefined;
/** Bytes of pixels since the last garbage collection. V8 sees them too late: they are outside of its heap. */
let garbage = 0;
const MAX_GARBAGE = 100e6;

async function answer(message: ToReader): Promise<FromReader> {
  if (message.kind === 'read') {
    held = undefined;
    if (garbage > MAX_GARBAGE) {
      globalThis.gc?.();
      garbage = 0;
    }
    const { image, raster } = await deriveImage(message.bytes, message.options);
    held = { image: message.image, raster };
    garbage += raster.data.length;
    return { kind: 'image', image };
  }
  if (held?.image !== message.image) return { kind: 'gone' };
  let { raster } = held;
  for (const region of message.regions) raster = await crop(raster, region);
  return { kind: 'part', part: await derivePart(raster) };
}

/** A parent that has ended needs no reply. */
const send = (message: FromReader) => process.send?.(message, () => undefined);

sharpImaging();
process.on('message', (message: ToReader) => {
  answer(message)
    .catch((error: unknown): FromReader => {
      garbage = Number.POSITIVE_INFINITY; // how much a refused image has left is not known
      if (error instanceof Problem) return { kind: 'problem', code: error.code, detail: error.message };
      return { kind: 'error', detail: String(error) };
    })
    .then(send);
});
process.on('disconnect', () => process.exit());
send({ kind: 'ready' });
