import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EncodedEmbedding } from '#shared/contracts/events/images-processed.v1.ts';
import { decodeEmbedding, encodeEmbedding } from '#shared/embedding/wire.ts';

const vector = fc.float32Array({ minLength: 1, maxLength: 40 });

describe('an embedding in an event', () => {
  it('comes back as it was, to the bit', () => {
    fc.assert(
      fc.property(vector, vector, fc.option(fc.int8Array(), { nil: undefined }), (semantic, copy, local) => {
        const embedding = { semantic, copy, ...(local && { local }) };
        const sent = EncodedEmbedding.parse(
          JSON.parse(JSON.stringify(encodeEmbedding('model-a', embedding))),
        );
        expect(sent.model).toBe('model-a');
        expect(decodeEmbedding(sent)).toEqual(embedding);
      }),
    );
  });

  it('encodes a part of a larger buffer as that part alone', () => {
    const whole = new Float32Array([1, 2, 3, 4]);
    const part = whole.subarray(1, 3);
    const sent = encodeEmbedding('m', { semantic: part, copy: part });
    expect(decodeEmbedding(sent).copy).toEqual(new Float32Array([2, 3]));
  });

  it('is little-endian float32 and int8', () => {
    const sent = encodeEmbedding('m', {
      semantic: new Float32Array([1]),
      copy: new Float32Array([-2]),
      local: new Int8Array([127, -1]),
    });
    expect(sent).toEqual({ model: 'm', semantic: 'AACAPw==', copy: 'AAAAwA==', local: 'f/8=' });
  });

  it('refuses a vector that was cut off', () => {
    expect(() => decodeEmbedding({ model: 'm', semantic: 'AACA', copy: 'AACAPw==' })).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });
});
