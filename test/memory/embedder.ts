import type { Embedder, ModelInput } from '#shared/embedding/embedder.ts';
import type { ModelInputRule, ModelManifest } from '#shared/embedding/manifest.ts';
import { type OutputRoles, outputRoles } from '#shared/embedding/output-roles.ts';
import { normaliseRows, quantise } from '#shared/embedding/unit-vectors.ts';

/**
 * Embeds without a model, for tests: vectors are the brightness of an image's parts, so similar images have similar
 * vectors, and the same image always the same. All images of a single colour have the same vectors.
 */
export function memoryEmbedder(manifest: ModelManifest): Embedder {
  const roles = outputRoles(manifest);
  return {
    manifest,
    provider: 'memory',
    async embed(inputs) {
      return inputs.map((input) => describe(input, manifest.input, roles));
    },
  };
}

function describe(input: ModelInput, rule: ModelInputRule, { semantic, copy, local }: OutputRoles) {
  const brightness = greyOf(input, rule);
  const whole = (dimension: number) =>
    unit(cellMeans(brightness, rule, WHOLE, Math.ceil(Math.sqrt(dimension))).slice(0, dimension));
  return {
    semantic: whole(semantic.dimension),
    copy: whole(copy.dimension),
    ...(local && { local: describeCells(brightness, rule, local.grid, local.dimension) }),
  };
}

/** A part of an image, in shares of its sides. */
interface Part {
  x: number;
  y: number;
  width: number;
  height: number;
}
const WHOLE: Part = { x: 0, y: 0, width: 1, height: 1 };

function describeCells(
  brightness: Float32Array,
  rule: ModelInputRule,
  [rowCount, columnCount]: readonly [number, number],
  dimension: number,
): Int8Array {
  const descriptors = new Float32Array(rowCount * columnCount * dimension);
  for (let cell = 0; cell < rowCount * columnCount; cell++) {
    const part = {
      x: (cell % columnCount) / columnCount,
      y: Math.floor(cell / columnCount) / rowCount,
      width: 1 / columnCount,
      height: 1 / rowCount,
    };
    const means = cellMeans(brightness, rule, part, Math.ceil(Math.sqrt(dimension))).slice(0, dimension);
    descriptors.set(unit(means), cell * dimension);
  }
  return quantise(descriptors);
}

/** Returns the brightness of every pixel, row by row. */
function greyOf(input: ModelInput, { width, height, layout }: ModelInputRule): Float32Array {
  const pixels = width * height;
  const [pixelStep, channelStep] = layout === 'NHWC' ? [3, 1] : [1, pixels];
  return Float32Array.from({ length: pixels }, (_, pixel) => {
    const at = (channel: number) => input[pixel * pixelStep + channel * channelStep] ?? 0;
    return (at(0) + at(1) + at(2)) / 3;
  });
}

/** Returns the mean brightness of each field of a `side` × `side` grid over a part of an image. */
function cellMeans(brightness: Float32Array, { width, height }: ModelInputRule, part: Part, side: number) {
  const edge = (start: number, share: number, step: number, size: number) =>
    Math.floor((start + (share * step) / side) * size);
  const means = new Float32Array(side * side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const top = edge(part.y, part.height, row, height);
      const left = edge(part.x, part.width, column, width);
      const bottom = Math.max(top + 1, edge(part.y, part.height, row + 1, height));
      const right = Math.max(left + 1, edge(part.x, part.width, column + 1, width));
      let sum = 0;
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) sum += brightness[y * width + x] ?? 0;
      }
      means[row * side + column] = sum / ((bottom - top) * (right - left));
    }
  }
  return means;
}

/** Subtracts the mean and scales to unit length. Returns the first axis for constant values. */
function unit(values: Float32Array): Float32Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const centred = values.map((value) => value - mean);
  if (centred.every((value) => Math.abs(value) < 1e-6)) centred[0] = 1;
  return normaliseRows(centred, centred.length);
}
