import * as z from 'zod';
import { CHANGES, DEGRADABLE, NO_RESULT_REASONS } from '#shared/kernel/vocabulary.ts';
import {
  boundedMap,
  ExternalId,
  Format,
  GroupIdField,
  ImageIdField,
  ImageUrl,
  InlineImage,
  jsonText,
  listText,
  numeric,
  Score,
  Share,
  Time,
} from './fields.ts';
import { operation, URL_PROBLEMS } from './operation.ts';

/** Bounds of a metadata filter: keys, and values in all. */
const WANTED_BOUNDS = { keys: 16, values: 100 } as const;
const WantedValue = z.string().max(512);
const WantedMetadata = boundedMap(
  z.string().max(64),
  z.union([WantedValue, z.array(WantedValue).min(1).max(32)]),
  WANTED_BOUNDS.keys,
)
  .refine(
    (wanted) => Object.values(wanted).flat().length <= WANTED_BOUNDS.values,
    `must have at most ${WANTED_BOUNDS.values} values in all`,
  )
  .meta({
    maxProperties: WANTED_BOUNDS.keys,
    description: `By metadata key: the value to match; for a list, any of its values matches. At most ${WANTED_BOUNDS.keys} keys and ${WANTED_BOUNDS.values} values in all.`,
  });

/** Strict: a misspelt filter must not be ignored and match everything. */
const Filters = z
  .strictObject({
    format: Format.optional(),
    created_after: Time.optional(),
    created_before: Time.optional(),
    metadata: WantedMetadata.optional(),
  })
  .meta({ description: 'Filters that must all match. Time bounds are inclusive.' });
const Region = z
  .strictObject({ x: Share, y: Share, width: Share.positive(), height: Share.positive() })
  .refine(
    ({ x, y, width, height }) => x + width <= 1.000001 && y + height <= 1.000001,
    'must lie within the image',
  )
  .meta({ description: 'The part of the query image to search for, as fractions of its width and height.' });

/** Text in the multipart form. */
const flag = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean(),
);

/** The JSON form, or the fields beside `file` of the multipart form. Exactly one query image is given. */
const SimilarityQuery = z.strictObject({
  image: InlineImage.optional().meta({
    description: 'The query image as base64, at most 4.5 MB decoded. It is never stored.',
  }),
  image_url: ImageUrl.optional(),
  image_id: ImageIdField.optional().meta({ description: 'A stored image to search with.' }),
  similarity_threshold: numeric((number) => number.min(0).max(1))
    .optional()
    .meta({ description: 'The lowest score to return, 0 to 1; by default that of your settings, else 0.7.' }),
  max_results: numeric((number) => number.int().min(1).max(100)).default(20),
  include_metadata: flag.default(true),
  deduplicate: flag.default(false).meta({
    description:
      'List the best image of each duplicate group alone, with `group_id` and `group_size`. Fewer than `max_results` may then be listed.',
  }),
  storage_locations: listText(z.array(z.string().min(1).max(128)).min(1).max(50)).optional(),
  filters: jsonText(Filters).optional(),
  model: z.string().max(64).optional(),
  region: jsonText(Region).optional(),
});

const Point = z.object({ x: z.number(), y: z.number() });

const Alignment = z
  .object({
    quad: z.array(Point).length(4).meta({
      description:
        'Where the four corners of the query image lie in the stored image, as fractions of its width and height.',
    }),
    score: z.number(),
    scale: z.number(),
    rotation: z.number().meta({ description: 'Rotation in degrees, clockwise.' }),
    mirrored: z.boolean(),
  })
  .meta({ id: 'Alignment' });
/** A collage has so many parts. */
const MOST_ALIGNMENTS = 9;

const SimilarityResult = z
  .object({
    image_id: ImageIdField,
    external_id: ExternalId.optional(),
    similarity_score: Score.meta({
      description:
        'Calibrated probability that the verdict is right: 0.9 means 9 of 10 such pairs. `similar` means that both images show the same kind of thing.',
    }),
    verdict: z.enum(['exact', 'edited_copy', 'similar']),
    reason: z.object({
      sha256_equal: z.boolean(),
      perceptual_distance: z
        .number()
        .int()
        .min(0)
        .max(64)
        .meta({ description: 'Number of differing bits of the 64-bit perceptual hashes, 0 to 64.' }),
      copy_score: Score.meta({ description: 'Cosine of the `copy` vectors.' }),
      semantic_score: Score.meta({ description: 'Cosine of the `semantic` vectors.' }),
      alignment: Alignment.optional(),
      alignments: z.array(Alignment).min(1).max(MOST_ALIGNMENTS).optional().meta({
        description:
          '`alignment`, and further ones where a collage shows the other image more than once. A collage of several stored images has each of them as a result of its own.',
      }),
      changes: z.array(z.enum(CHANGES)).max(CHANGES.length).optional().meta({
        description: 'The edits that explain how a copy differs from the stored image.',
      }),
      change_amounts: z.partialRecord(z.enum(CHANGES), z.number()).optional().meta({
        description:
          'Amounts of the changes, where they are known: the share of the stored image that a crop shows; the share of the query that a border, caption or overlay covers; the factor of a resize; degrees of a rotation, clockwise; the mean difference of colour, 0 to 1.',
      }),
      query_region: z.object({ x: Score, y: Score, width: Score, height: Score }).optional().meta({
        description:
          'The part of the query image that shows the stored image, as fractions of its width and height: for example a photograph in a screenshot.',
      }),
    }),
    group_id: GroupIdField.optional().meta({
      description: 'With `deduplicate`: the duplicate group that the image stands for.',
    }),
    group_size: z.number().int().min(2).optional().meta({
      description: 'With `group_id`: the number of images in the group, found or not.',
    }),
    file_path: z.string(),
    storage_location: z.string(),
    metadata: z
      .looseObject({
        width: z.number().int(),
        height: z.number().int(),
        file_size: z.number().int(),
        format: Format,
        created_at: Time,
      })
      .optional(),
    thumbnail_url: z.string(),
  })
  .meta({ id: 'SimilarityResult' });

const Explanation = z
  .object({
    code: z.enum(NO_RESULT_REASONS),
    detail: z.string(),
    nearest_score: Score.optional().meta({
      description: 'With `below_threshold`: the score of the nearest image that passes the filters.',
    }),
  })
  .meta({
    id: 'SimilarityExplanation',
    description: 'The reason why `results` is empty; absent if it is not.',
  });

export const searchSimilarity = operation({
  id: 'searchSimilarity',
  tag: 'Search',
  method: 'POST',
  path: '/v1/search/similarity',
  summary: 'Search for copies of an image and similar ones',
  policy: 'SearchImages',
  counts: { searches: 1 },
  body: SimilarityQuery,
  multipart: true,
  reply: {
    status: 200,
    description:
      'The nearest images, ordered by verdict, then by score. An empty list comes with an explanation.',
    schema: z.object({
      query_id: z.string(),
      results: z.array(SimilarityResult),
      explanation: Explanation.optional(),
      total_results: z.number().int(),
      processing_time_ms: z.number(),
      model: z.string(),
      cached: z
        .boolean()
        .meta({ description: 'True if the reply comes from the cache of an earlier search.' }),
      degraded: z.array(z.enum(DEGRADABLE)).max(DEGRADABLE.length).optional().meta({
        description:
          'What the search did without, during an incident. `verification`: verdicts are by vectors and geometry; pixels were not compared.',
      }),
    }),
  },
  problems: [
    ...URL_PROBLEMS,
    'payload_too_large',
    'unsupported_media_type',
    'unreadable_image',
    'too_many_pixels',
    'too_many_frames',
    'reading_limit_exceeded',
    'truncated',
    'low_detail',
    'not_found',
    'purged',
    'image_not_ready',
    'dependency_unavailable',
  ],
});

/** Translates the filters of a query into the index's terms. */
export function vectorFilter({ filters, storage_locations }: z.output<typeof SimilarityQuery>) {
  const { format, created_after, created_before, metadata } = filters ?? {};
  return {
    ...(storage_locations && { storageLocations: storage_locations }),
    ...(format && { format }),
    ...(created_after && { createdAfter: created_after }),
    ...(created_before && { createdBefore: created_before }),
    ...(metadata && { metadata }),
  };
}
