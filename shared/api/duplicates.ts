import { z } from 'zod';
import { GroupIdField, ImageIdField, Score } from './fields.ts';
import { operation } from './operation.ts';

const Verdict = z.enum(['exact', 'edited_copy']);

export const searchDuplicates = operation({
  id: 'searchDuplicates',
  tag: 'Duplicates',
  method: 'POST',
  path: '/v1/search/duplicates',
  summary: 'List the groups of pictures that are the same: one picture’s, or all',
  policy: 'SearchImages',
  counts: { searches: 1 },
  body: z
    .object({
      image_id: ImageIdField.optional(),
      scope: z.literal('all').optional(),
      min_confidence: Score.default(0.9),
      verdicts: z.array(Verdict).min(1).default(['exact', 'edited_copy']),
      cursor: z.string().max(2048).optional(),
      limit: z.number().int().min(1).max(100).default(50),
    })
    .refine(
      ({ image_id, scope }) => (image_id === undefined) !== (scope === undefined),
      'give either image_id or scope: "all"',
    ),
  reply: {
    status: 200,
    description: 'Groups of two pictures or more, newest first.',
    schema: z.object({
      groups: z.array(
        z
          .object({
            group_id: GroupIdField,
            verdict: Verdict,
            confidence: Score,
            suggested_keeper: ImageIdField,
            keeper_reason: z.string(),
            images: z
              .array(
                z.object({
                  image_id: ImageIdField,
                  confidence: Score,
                  file_path: z.string(),
                  storage_location: z.string(),
                  thumbnail_url: z.string(),
                  width: z.number().int(),
                  height: z.number().int(),
                  file_size: z.number().int(),
                }),
              )
              .min(2),
          })
          .meta({ id: 'DuplicateGroup' }),
      ),
      total_groups: z.number().int(),
      next_cursor: z.string().optional(),
    }),
  },
  problems: ['invalid_cursor', 'not_found', 'purged', 'image_not_ready'],
});
