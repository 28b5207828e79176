import { z } from 'zod';
import { DECISIONS } from '#shared/kernel/vocabulary.ts';
import { GroupIdField, ImageIdField, Score, Time } from './fields.ts';
import { operation } from './operation.ts';

const Verdict = z.enum(['exact', 'edited_copy']);
const Pair = z.tuple([ImageIdField, ImageIdField]);
const DecidedBy = z.string().meta({ description: 'The credential’s id.' });

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
      decided: z.boolean().optional().meta({
        description: 'Only groups that somebody has decided on, or, `false`, only open ones.',
      }),
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
            decided: z.boolean().meta({
              description:
                'Whether somebody has decided on it as it is now: a picture that joins opens the question again.',
            }),
            decision: z
              .object({
                action: z.enum(['keep_all', 'keep_one']),
                keeper: ImageIdField.optional(),
                decided_at: Time,
                decided_by: DecidedBy,
              })
              .optional(),
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
      total_groups: z.number().int().meta({
        description: 'Of the whole list, as it was when its first page was read.',
      }),
      next_cursor: z.string().optional(),
    }),
  },
  problems: ['invalid_cursor', 'not_found', 'purged', 'image_not_ready'],
});

const GroupParams = z.object({ group_id: GroupIdField });

export const decideGroup = operation({
  id: 'decideGroup',
  tag: 'Duplicates',
  method: 'POST',
  path: '/v1/duplicates/{group_id}/decision',
  summary: 'Say what a person has decided on a group; it outlives every comparison, and can be undone',
  policy: 'UploaderOrAdmin',
  params: GroupParams,
  body: z
    .object({
      action: z.enum(DECISIONS).meta({
        description:
          '`keep_all`: the same picture, and all stay. `keep_one`: one is enough; the others may be deleted by the ' +
          'caller. `not_duplicates`: not the same picture; they are never put together again.',
      }),
      keeper: ImageIdField.optional().meta({
        description: 'With `keep_one`: which one. Without it, the one that is suggested.',
      }),
      pairs: z.array(Pair).min(1).max(500).optional().meta({
        description: 'With `not_duplicates`: which pairs are not the same. Without it, none of them are.',
      }),
    })
    .refine(({ action, keeper }) => keeper === undefined || action === 'keep_one', {
      path: ['keeper'],
      error: 'only with keep_one',
    })
    .refine(({ action, pairs }) => pairs === undefined || action === 'not_duplicates', {
      path: ['pairs'],
      error: 'only with not_duplicates',
    })
    .refine(({ pairs }) => pairs?.every(([one, other]) => one !== other) ?? true, {
      path: ['pairs'],
      error: 'a picture is the same as itself',
    }),
  reply: {
    status: 200,
    description: 'The decision as it stands.',
    schema: z.object({
      group_id: GroupIdField,
      action: z.enum(DECISIONS),
      keeper: ImageIdField.optional(),
      pairs: z.array(Pair).optional(),
      image_ids: z.array(ImageIdField).meta({ description: 'The pictures that it is about.' }),
      deletable_image_ids: z.array(ImageIdField).meta({
        description: 'Those that you may delete now: a decision deletes nothing.',
      }),
      decided_at: Time,
      decided_by: DecidedBy,
    }),
  },
  problems: ['not_found', 'conflict'],
});

export const undoDecision = operation({
  id: 'undoDecision',
  tag: 'Duplicates',
  method: 'DELETE',
  path: '/v1/duplicates/{group_id}/decision',
  summary: 'Undo what was decided on a group: it is an open question again, under the same id',
  policy: 'UploaderOrAdmin',
  params: GroupParams,
  reply: {
    status: 200,
    description: 'Nothing is decided on it.',
    schema: z.object({ group_id: GroupIdField, decided: z.literal(false) }),
  },
  problems: ['not_found', 'conflict'],
});
