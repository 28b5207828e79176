import { Problem } from '#shared/kernel/problems.ts';
import type { Embedding } from './embedder.ts';

/** An embedding in JSON: base64 of little-endian float32; of int8 for `local`. */
export interface WireEmbedding {
  model: string;
  semantic: string;
  copy: string;
  local?: string | undefined;
}

/** Encodes an embedding for the event `images.processed`. */
export function encodeEmbedding(model: string, { semantic, copy, local }: Embedding): WireEmbedding {
  return {
    model,
    semantic: toBase64(semantic),
    copy: toBase64(copy),
    ...(local && { local: toBase64(local) }),
  };
}

/** @throws Problem `invalid_request` if a vector's length is not a multiple of 4 bytes */
export function decodeEmbedding({ semantic, copy, local }: WireEmbedding): Embedding {
  return {
    semantic: toFloats(semantic),
    copy: toFloats(copy),
    ...(local !== undefined && { local: new Int8Array(Buffer.from(local, 'base64')) }),
  };
}

/** Encodes memory as it is: all supported platforms are little-endian. */
const toBase64 = (values: Float32Array | Int8Array): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');

function toFloats(base64: string): Float32Array {
  const bytes = new Uint8Array(Buffer.from(base64, 'base64')); // copied: a Buffer may be unaligned
  if (bytes.length % Float32Array.BYTES_PER_ELEMENT !== 0) {
    throw new Problem('invalid_request', `A vector of ${bytes.length} bytes is not made of float32.`);
  }
  return new Float32Array(bytes.buffer);
}
