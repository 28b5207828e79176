import { beforeAll, describe, expect, it } from 'vitest';
import type { Embedder, Embedding, ModelInput } from '#shared/embedding/embedder.ts';
import { outputRoles } from '#shared/embedding/output-roles.ts';

const cosine = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

/** A picture of waves: smooth, different for each seed. */
function picture({ manifest }: Embedder, seed: number): ModelInput {
  const { width, height, dtype, layout } = manifest.input;
  const size = width * height * 3;
  const values = dtype === 'uint8' ? new Uint8Array(size) : new Float32Array(size);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        const value = 127 + 120 * Math.sin((x * (seed + 1) + y * (channel + 2)) / (9 + seed * 4));
        const at = layout === 'NHWC' ? (y * width + x) * 3 + channel : (channel * height + y) * width + x;
        values[at] = dtype === 'uint8' ? Math.round(value) : value / 255;
      }
    }
  }
  return values;
}

/** The contract that every embedder passes. */
export function embedderSuite(name: string, open: () => Promise<Embedder>): void {
  describe(`embedder: ${name}`, () => {
    let embedder: Embedder;
    let pictures: ModelInput[];
    let embeddings: Embedding[];
    beforeAll(async () => {
      embedder = await open();
      pictures = [0, 1, 2].map((seed) => picture(embedder, seed));
      embeddings = await embedder.embed(pictures);
    });

    it('gives one embedding an input, none for none', async () => {
      expect(embeddings).toHaveLength(3);
      expect(await embedder.embed([])).toEqual([]);
    });

    it('gives vectors of the dimension and grid that the manifest names, of unit length', () => {
      const { semantic, copy, local } = outputRoles(embedder.manifest);
      for (const embedding of embeddings) {
        expect(embedding.semantic).toHaveLength(semantic.dimension);
        expect(embedding.copy).toHaveLength(copy.dimension);
        expect(Math.hypot(...embedding.semantic)).toBeCloseTo(1, 4);
        expect(Math.hypot(...embedding.copy)).toBeCloseTo(1, 4);
        expect(embedding.local?.length).toBe(local && local.grid[0] * local.grid[1] * local.dimension);
      }
    });

    it('gives local descriptors whose length is 127, but for rounding', () => {
      const dimension = outputRoles(embedder.manifest).local?.dimension ?? 0;
      for (const { local } of embeddings) {
        for (let cell = 0; local && cell < local.length; cell += dimension) {
          const length = Math.hypot(...local.subarray(cell, cell + dimension));
          expect(Math.abs(length - 127)).toBeLessThan(Math.sqrt(dimension) / 2);
        }
      }
    });

    it('keeps the order, and sees a picture in a batch as it sees it alone', async () => {
      for (const [position, input] of pictures.entries()) {
        const [alone] = await embedder.embed([input]);
        for (const [other, embedding] of embeddings.entries()) {
          const same = alone ? cosine(alone.copy, embedding.copy) : 0;
          if (other === position) expect(same).toBeGreaterThan(0.9999);
          else expect(same).toBeLessThan(0.999);
        }
      }
    });

    it('gives each embedding memory of its own', () => {
      const buffers = embeddings.flatMap(({ semantic, copy, local }) => [
        semantic.buffer,
        copy.buffer,
        ...(local ? [local.buffer] : []),
      ]);
      expect(new Set(buffers).size).toBe(buffers.length);
    });
  });
}
