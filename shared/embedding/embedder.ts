import type { ModelManifest } from './manifest.ts';

/** A picture's pixels in the size, layout and type that the model's manifest asks for. */
export type ModelInput = Uint8Array | Float32Array;

/** One forward pass. */
export interface Embedding {
  /** "Looks like": unit length. */
  semantic: Float32Array;
  /** "Is an edit of": unit length. */
  copy: Float32Array;
  /** Unit descriptors of the cells of a grid, row by row, as int8 (`round(127 x)`): rows × columns × dimension. */
  local?: Int8Array;
}

/** A model, loaded. */
export interface Embedder {
  readonly manifest: ModelManifest;
  /** The provider that runs it: `cuda` or `cpu`. */
  readonly provider: string;
  /** One embedding an input, in order. */
  embed(inputs: readonly ModelInput[]): Promise<Embedding[]>;
}
