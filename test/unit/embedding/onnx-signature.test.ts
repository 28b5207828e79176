import { describe, expect, it } from 'vitest';
import { loadManifest } from '#shared/embedding/load-manifest.ts';
import { type ModelSignature, mismatches } from '#shared/embedding/onnx-signature.ts';

const tensor = (name: string, type: 'uint8' | 'float32' | 'float16', shape: (number | string)[]) => ({
  name,
  isTensor: true as const,
  type,
  shape,
});
const input = tensor('pixels', 'float32', ['N', 3, 240, 240]);
const output = tensor('embedding', 'float32', ['N', 1280]);
const manifest = await loadManifest('models', 'efficientnet-lite1');
const found = (signature: Partial<ModelSignature>) =>
  mismatches({ inputMetadata: [input], outputMetadata: [output], ...signature }, manifest);

describe('a file and its manifest', () => {
  it('agree where nothing contradicts', () => {
    expect(found({})).toEqual([]);
    const open = { inputMetadata: [tensor('pixels', 'float32', ['batch', 3, 'height', 'width'])] };
    expect(found(open)).toEqual([]);
    expect(found({ outputMetadata: [tensor('embedding', 'float32', ['batch', 'features'])] })).toEqual([]);
    expect(found({ outputMetadata: [tensor('embedding', 'float32', ['N', 1280, 1, 1]), output] })).toEqual(
      [],
    );
  });

  it.each([
    ['another input', [tensor('image', 'float32', ['N', 3, 240, 240])], /takes "image", and not "pixels"/],
    [
      'a second input',
      [input, tensor('input_ids', 'float32', ['N', 77])],
      /takes "pixels", "input_ids", and not "pixels" alone/,
    ],
    ['another type', [tensor('pixels', 'uint8', ['N', 3, 240, 240])], /is uint8, not float32.*input\.dtype/],
    ['another size', [tensor('pixels', 'float32', ['N', 3, 224, 224])], /3 × 224 × 224, not 3 × 240 × 240/],
    ['another layout', [tensor('pixels', 'float32', ['N', 240, 240, 3])], /240 × 240 × 3, not 3 × 240/],
    ['one image at a time', [tensor('pixels', 'float32', [1, 3, 240, 240])], /batches of 1 only/],
  ])('disagree about the input: %s', (_, inputMetadata, text) => {
    expect(found({ inputMetadata })).toEqual([expect.stringMatching(text)]);
  });

  it.each([
    ['another name', tensor('pooled', 'float32', ['N', 1280]), /no output "embedding", but "pooled"/],
    ['another dimension', tensor('embedding', 'float32', ['N', 1000]), /1000 values an image, not 1280/],
    [
      'a vector a position',
      tensor('embedding', 'float32', ['N', 64, 1280]),
      /81920 values an image, not 1280/,
    ],
    ['another type', tensor('embedding', 'float16', ['N', 1280]), /is float16: export float32/],
  ])('disagree about an output: %s', (_, other, text) => {
    expect(found({ outputMetadata: [other] })).toEqual([expect.stringMatching(text)]);
  });
});
