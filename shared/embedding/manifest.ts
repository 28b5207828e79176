import { z } from 'zod';

const Layout = z.enum(['NHWC', 'NCHW']);

/** What a vector output is for: `similar` (looks like), `copy` (is an edit of), or both. */
const VectorOutput = z.object({
  name: z.string(),
  dimension: z.number().int().positive(),
  normalised: z.boolean(),
  metric: z.literal('cosine'),
  use: z.enum(['similar', 'copy', 'both']),
});
const LocalOutput = z.object({
  name: z.string(),
  /** Rows and columns of the grid of cells over the input. */
  grid: z.tuple([z.number().int().positive(), z.number().int().positive()]),
  dimension: z.number().int().positive(),
  normalised: z.boolean(),
  metric: z.literal('cosine'),
  use: z.literal('verification'),
});

/** Pairs of a cosine and the share of pairs with at least that cosine that are what the output looks for; ascending. */
const Calibration = z.array(z.tuple([z.number(), z.number().min(0).max(1)])).min(1);

/** How an ONNX image encoder wants its pictures, what it gives back, and what its cosines mean. */
export const ModelManifest = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  version: z.string(),
  /** The model's file, beside the manifest. */
  file: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  license: z.string(),
  input: z.object({
    name: z.string(),
    dtype: z.enum(['uint8', 'float32']),
    layout: Layout,
    width: z.number().int().positive(),
    height: z.number().int().positive(),
    colour: z.literal('srgb'),
    /** A sentence where the graph normalises; else per channel, on values of 0..1: `(x - mean) / std`. */
    normalisation: z.union([
      z.string(),
      z.object({
        mean: z.tuple([z.number(), z.number(), z.number()]),
        std: z.tuple([z.number(), z.number(), z.number()]),
      }),
    ]),
    resize: z.object({
      fit: z.enum(['fill', 'cover', 'contain']),
      kernel: z.enum(['nearest', 'linear', 'cubic', 'mitchell', 'lanczos2', 'lanczos3']),
      background: z.string(),
      orient: z.literal(true),
    }),
  }),
  outputs: z.array(z.discriminatedUnion('use', [LocalOutput, VectorOutput])).min(1),
  thresholds: z.object({
    copy: z.object({
      near_exact: z.number(),
      precision_999: z.number(),
      precision_99: z.number(),
      review: z.number(),
    }),
    semantic: z.object({ similar: z.number(), loosely_similar: z.number() }),
    local: z.object({ verified: z.number() }).optional(),
  }),
  calibration: z.object({ copy: Calibration, semantic: Calibration }),
});
export type ModelManifest = z.infer<typeof ModelManifest>;
export type ModelInputRule = ModelManifest['input'];
