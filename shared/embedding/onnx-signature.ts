import type { InferenceSession } from 'onnxruntime-node';
import type { ModelManifest } from './manifest.ts';

/** The inputs and outputs of an ONNX file. */
export type ModelSignature = Pick<InferenceSession, 'inputMetadata' | 'outputMetadata'>;

/**
 * Lists the mismatches between a file and its manifest, each with its correction. A dynamic dimension matches any size: the
 * output is checked at every forward pass.
 */
export function mismatches(
  { inputMetadata, outputMetadata }: ModelSignature,
  manifest: ModelManifest,
): string[] {
  const [input, ...more] = inputMetadata;
  const inputs = listed(inputMetadata);
  if (input?.name !== manifest.input.name || more.length > 0)
    return [
      `it takes ${inputs}, and not "${manifest.input.name}" alone: export it so, or correct input.name`,
    ];
  const outputs = manifest.outputs.flatMap((output) => {
    const found = outputMetadata.find(({ name }) => name === output.name);
    return found ? outputMismatches(found, output) : [missing(output.name, outputMetadata)];
  });
  return [...inputMismatches(input, manifest.input), ...outputs];
}

const listed = (values: readonly { name: string }[]): string =>
  values.map(({ name }) => `"${name}"`).join(', ') || 'nothing';

const missing = (name: string, outputs: ModelSignature['outputMetadata']): string =>
  `it has no output "${name}", but ${listed(outputs)}: correct the name in outputs`;

function inputMismatches(found: InferenceSession.ValueMetadata, rule: ModelManifest['input']): string[] {
  if (!found.isTensor) return [`its input "${found.name}" is no tensor`];
  const { width, height, layout, dtype } = rule;
  const sides = layout === 'NHWC' ? [height, width, 3] : [3, height, width];
  const [batch, ...own] = found.shape;
  return [
    ...(found.type === dtype ? [] : [`its input is ${found.type}, not ${dtype}: correct input.dtype`]),
    ...(found.shape.length === 0 || fits(own, sides)
      ? []
      : [
          `its input is ${shapeOf(own)}, not ${shapeOf(sides)} an image: correct input.width, height or layout`,
        ]),
    ...(typeof batch === 'number'
      ? [`it takes batches of ${batch} only: export it with a batch dimension that is left open`]
      : []),
  ];
}

function outputMismatches(found: InferenceSession.ValueMetadata, output: ModelManifest['outputs'][number]) {
  if (!found.isTensor || found.type !== 'float32')
    return [`its output "${found.name}" is ${found.isTensor ? found.type : 'no tensor'}: export float32`];
  const values = output.use === 'verification' ? product(output.grid) * output.dimension : output.dimension;
  const own = found.shape.slice(1);
  const count = own.reduce<number>((product, side) => product * (typeof side === 'number' ? side : NaN), 1);
  return own.length === 0 || Number.isNaN(count) || count === values
    ? []
    : [`its output "${found.name}" has ${count} values an image, not ${values}: correct its dimension`];
}
const product = ([rows, columns]: readonly [number, number]): number => rows * columns;

const fits = (own: readonly (number | string)[], wanted: readonly number[]): boolean =>
  own.length === wanted.length && own.every((side, at) => typeof side === 'string' || side === wanted[at]);
const shapeOf = (sides: readonly (number | string)[]): string => sides.join(' × ');
