import * as z from 'zod';
import { ImageIdField } from '#shared/kernel/id-fields.ts';
import { CHANGES, NO_RESULT_REASONS, VERDICTS } from '#shared/kernel/vocabulary.ts';

const Alignment = z.object({
  quad: z.array(z.object({ x: z.number(), y: z.number() })),
  score: z.number(),
  scale: z.number(),
  rotation: z.number(),
  mirrored: z.boolean(),
});

/** A found image and the reason. Fields carry their names on the wire. */
export const JudgedImage = z.object({
  image_id: ImageIdField,
  /** 0..1 */
  similarity_score: z.number(),
  verdict: z.enum(VERDICTS),
  reason: z.object({
    sha256_equal: z.boolean(),
    perceptual_distance: z.number(),
    /** Cosines, 0..1; negative ones are 0. */
    copy_score: z.number(),
    semantic_score: z.number(),
    alignment: Alignment.exactOptional(),
    /** All, that one first. */
    alignments: z.array(Alignment).exactOptional(),
    /** The part of the query that shows the image, if not all of it. */
    query_region: z
      .object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })
      .exactOptional(),
    /** The edits that explain how a copy differs, and their amounts where they are known. */
    changes: z.array(z.enum(CHANGES)).exactOptional(),
    change_amounts: z.partialRecord(z.enum(CHANGES), z.number()).exactOptional(),
  }),
});
export type JudgedImage = z.infer<typeof JudgedImage>;

/** The reason for an empty result. Fields carry their names on the wire. */
export const Explanation = z.object({
  code: z.enum(NO_RESULT_REASONS),
  /** For people. */
  detail: z.string(),
  /** 0..1, of the nearest image that passes the filters. */
  nearest_score: z.number().exactOptional(),
});
export type Explanation = z.infer<typeof Explanation>;

/** The expensive part of a reply, as it is cached: results in order, without records or links. */
export const SimilarityAnswer = z.object({
  pictures: z.array(JudgedImage),
  /** Present if there are no results. */
  explanation: Explanation.exactOptional(),
});
export type SimilarityAnswer = z.infer<typeof SimilarityAnswer>;

/** Version of the cached form of `SimilarityAnswer`; increment it with any change of its fields or their meaning. */
export const ANSWER_SHAPE = 3;
