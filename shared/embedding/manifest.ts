import * as z from 'zod';

const Layout = z.enum(['NHWC', 'NCHW']);
const Cosine = z.number().min(-1).max(1);
const Count = z.number().int().positive();
const perChannel = <Value extends z.ZodType>(value: Value) => z.tuple([value, value, value]);

/** A vector for likeness (`similar`), for copies (`copy`), or for both. */
const VectorOutput = z.object({
  name: z.string(),
  dimension: Count,
  normalised: z.boolean(),
  metric: z.literal('cosine'),
  use: z.enum(['similar', 'copy', 'both']),
});
const LocalOutput = z.object({
  name: z.string(),
  /** Rows and columns of the grid of local descriptors. */
  grid: z.tuple([Count, Count]),
  dimension: Count,
  normalised: z.boolean(),
  metric: z.literal('cosine'),
  use: z.literal('verification'),
});

/** Points of a cosine and the share of true pairs: `semantic` among those around it, `copy` among those with at least it; ascending. */
const Calibration = z
  .array(z.tuple([Cosine, z.number().min(0).max(1)]))
  .min(1)
  .superRefine((points, context) => {
    for (const [at, [cosine, share]] of points.entries()) {
      const [previous, before] = points[at - 1] ?? [-Infinity, 0];
      if (cosine > previous && share >= before) continue;
      context.addIssue({
        code: 'custom',
        path: [at],
        message: `is not above the point before it: list the points by growing cosine, with shares that never fall`,
      });
    }
  });

const InputRule = z
  .object({
    name: z.string(),
    dtype: z.enum(['uint8', 'float32']),
    layout: Layout,
    width: Count,
    height: Count,
    colour: z.literal('srgb'),
    /** A text if the graph normalises; otherwise, per channel on values of 0..1: `(x - mean) / std`. */
    normalisation: z.union([
      z.string(),
      z.object({ mean: perChannel(z.number()), std: perChannel(z.number().positive()) }),
    ]),
    resize: z.object({
      fit: z.enum(['fill', 'cover', 'contain']),
      kernel: z.enum(['nearest', 'linear', 'cubic', 'mitchell', 'lanczos2', 'lanczos3']),
      background: z.string().regex(/^#[0-9a-f]{6}$/i, 'is a colour like #ffffff'),
      orient: z.literal(true),
    }),
  })
  .refine(({ dtype, normalisation }) => dtype === 'float32' || typeof normalisation === 'string', {
    path: ['normalisation'],
    message: 'is of no use to a uint8 input: set dtype to float32, or write "none (in the graph)"',
  });

const CopyThresholds = z
  .object({ near_exact: Cosine, precision_999: Cosine, precision_99: Cosine, review: Cosine })
  .refine(
    (copy) =>
      copy.review <= copy.precision_99 &&
      copy.precision_99 <= copy.precision_999 &&
      copy.precision_999 <= copy.near_exact,
    'is out of order: review ≤ precision_99 ≤ precision_999 ≤ near_exact',
  );
const SemanticThresholds = z
  .object({ similar: Cosine, loosely_similar: Cosine })
  .refine(
    ({ similar, loosely_similar }) => loosely_similar <= similar,
    'is out of order: loosely_similar ≤ similar',
  );

const MAX_WEIGHT = 1000;
const Weight = z.number().min(-MAX_WEIGHT).max(MAX_WEIGHT);
/** A leaf, or a split: `[feature, threshold, below, above]`. */
type Tree = number | [feature: number, threshold: number, below: Tree, above: Tree];
const MAX_DEPTH = 8;
/** Not a schema of nested unions, which takes a tenth of a second and more for 650 trees, at each cold start. */
const Tree = z.custom<Tree>((value) => isTree(value, MAX_DEPTH), 'is no tree of numbers and splits');

function isTree(value: unknown, depth: number): value is Tree {
  if (typeof value === 'number') return Math.abs(value) <= MAX_WEIGHT;
  if (!Array.isArray(value) || value.length !== 4 || depth === 0) return false;
  const [feature, threshold, below, above]: unknown[] = value;
  return (
    typeof feature === 'number' &&
    Number.isInteger(feature) &&
    feature >= 0 &&
    feature <= 99 &&
    typeof threshold === 'number' &&
    Number.isFinite(threshold) &&
    isTree(below, depth - 1) &&
    isTree(above, depth - 1)
  );
}

/** Coefficients of the decision on copies: shared/matching/decision/copy-probability.ts. */
const Decision = z.object({
  same: z.object({
    bias: Weight,
    weights: z.object({
      ...{ share: Weight, coarse_20: Weight, fine_median: Weight, fine_20: Weight, rare_inliers: Weight },
    }),
  }),
  content: z.object({ bias: Weight, trees: z.array(Tree).max(1_000) }),
});

/** Describes an ONNX image encoder: its input, its outputs, and the meaning of its cosines (docs/models.md). */
export const ModelManifest = z
  .object({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
    version: z.string(),
    /** The model's file, beside the manifest. */
    file: z.string().regex(/^[\w.-]+\.onnx$/, 'is the name of an .onnx file beside the manifest'),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, 'is the 64 hex digits that `sha256sum` prints of the file'),
    license: z.string(),
    input: InputRule,
    outputs: z.array(z.discriminatedUnion('use', [LocalOutput, VectorOutput])).min(1),
    thresholds: z.object({
      copy: CopyThresholds,
      semantic: SemanticThresholds,
      local: z.object({ verified: z.number() }).optional(),
    }),
    calibration: z.object({ copy: Calibration, semantic: Calibration }),
    /** Fitted on pixels, so the same for all models. Absent: vectors and geometry alone decide. */
    decision: Decision.optional(),
  })
  .refine(
    ({ outputs, thresholds }) =>
      outputs.some(({ use }) => use === 'verification') === (thresholds.local !== undefined),
    {
      path: ['thresholds', 'local'],
      message: 'goes with an output for "verification": give both, or neither',
    },
  );
export type ModelManifest = z.infer<typeof ModelManifest>;
export type ModelInputRule = ModelManifest['input'];
