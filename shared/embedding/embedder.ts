import type { ModelManifest } from './manifest.ts';

/** An image's pixels in the size, layout and type that the model's manifest demands. */
export type ModelInput = Uint8Array | Float32Array;

/** The result of one forward pass. */
export interface Embedding {
  /** Measures likeness; unit length. */
  semantic: Float32Array;
  /** Measures whether two images are edits of one original; unit length. */
  copy: Float32Array;
  /** Local descriptors, row by row, as int8 (`round(127 x)`): rows × columns × dimension. */
  local?: Int8Array;
}

/** A loaded model. */
export interface Embedder {
  readonly manifest: ModelManifest;
  /** The execution provider: `cuda` or `cpu`. */
  readonly provider: string;
  /** Returns one embedding per input, in order. */
  embed(inputs: readonly ModelInput[]): Promise<Embedding[]>;
}
