import { addAbortSignal, pipeline, type Readable, Transform } from 'node:stream';
import { Problem } from '#shared/kernel/problems.ts';

/** Returns the problem of an object that has more bytes than may be read. */
export const tooManyBytes = (maxBytes: number): Problem =>
  new Problem(
    'payload_too_large',
    `The object has more than the ${maxBytes} bytes that a file may have. It is not read.`,
  );

/**
 * Returns the stream, which fails with Problem `payload_too_large` beyond `maxBytes`, or when aborted; then its source is
 * closed. @param translate translates the errors of the source
 */
export function capBytes(
  source: Readable,
  { maxBytes, signal }: { maxBytes: number; signal?: AbortSignal },
  translate: (error: Error) => unknown = (error) => error,
): Readable {
  let bytes = 0;
  const cap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) done(tooManyBytes(maxBytes));
      else done(null, chunk);
    },
  });
  if (signal) addAbortSignal(signal, cap);
  source.once('error', (error) => {
    const translated = translate(error);
    cap.destroy(translated instanceof Error ? translated : error);
  });
  // Each closes the other; who reads the cap meets the error there.
  return pipeline(source, cap, () => {});
}
