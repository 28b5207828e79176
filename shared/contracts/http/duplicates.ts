import * as z from 'zod';
import { DECISIONS } from '#shared/kernel/vocabulary.ts';
import { entriesOf, GroupIdField, ImageIdField, outcomesOf, Score, Time } from './fields.ts';
import { operation } from './operation.ts';

const Verdict = z.enum(['exact', 'edited_copy']);
const Pair = z.tuple([ImageIdField, ImageIdField]);
const DecidedBy = z.string().meta({ description: 'The id of the key or person that decided.' });

export const searchDuplicates = operation({
  id: 'searchDuplicates',
  tag: 'Duplicates',
  method: 'POST',
  path: '/v1/search/duplicates',
  summary: 'List duplicate groups: of one image, or all',
  policy: 'SearchImages',
  counts: { searches: 1 },
  body: z
    .strictObject({
      image_id: ImageIdField.optional(),
      scope: z.literal('all').optional(),
      min_confidence: Score.default(0.9),
      verdicts: z.array(Verdict).min(1).max(2).default(['exact', 'edited_copy']).meta({
        description:
          'Verdicts of the groups to list. `["exact"]` lists each set of exact copies, also those within a group of edited copies: sets of one group share its `group_id`.',
      }),
      decided: z.boolean().optional().meta({
        description: '`true`: only decided groups; `false`: only undecided ones; by default both.',
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
    description: 'Groups of two images or more, newest first.',
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
                'True if a decision holds for all current images; an image that joins makes the group undecided again.',
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
                  verdict: Verdict.meta({ description: 'What the image is to `suggested_keeper`.' }),
                  confidence: Score.meta({
                    description: 'Confidence in that verdict; 1 for the keeper itself.',
                  }),
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
        description: 'The number of groups in the whole list, counted when its first page was read.',
      }),
      next_cursor: z.string().optional(),
    }),
  },
  problems: ['invalid_cursor', 'not_found', 'purged', 'image_not_ready'],
});

const GroupParams = z.object({ group_id: GroupIdField });

const DecisionRequest = z
  .strictObject({
    action: z.enum(DECISIONS).meta({
      description:
        '`keep_all`: duplicates, all are kept. `keep_one`: duplicates, you may delete all but one. ' +
        '`not_duplicates`: different images, never grouped again.',
    }),
    keeper: ImageIdField.optional().meta({
      description: 'With `keep_one`: the image to keep; by default `suggested_keeper`.',
    }),
    pairs: z.array(Pair).min(1).max(500).optional().meta({
      description:
        'With `not_duplicates`: the pairs that are different images; by default every pair of the group.',
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
    error: 'a pair needs two different images',
  });

/** One decision of several. Each is validated separately, so that an invalid one does not reject the others. */
export const GroupDecision = DecisionRequest.safeExtend({ group_id: GroupIdField }).meta({
  id: 'GroupDecision',
});

const DecisionReply = z.object({
  group_id: GroupIdField,
  action: z.enum(DECISIONS),
  keeper: ImageIdField.optional(),
  pairs: z.array(Pair).optional(),
  image_ids: z.array(ImageIdField).meta({ description: 'The images that the decision covers.' }),
  deletable_image_ids: z.array(ImageIdField).meta({
    description: 'Images that you may delete now; the decision itself deletes none.',
  }),
  decided_at: Time,
  decided_by: DecidedBy,
});

export const decideGroup = operation({
  id: 'decideGroup',
  tag: 'Duplicates',
  method: 'POST',
  path: '/v1/duplicates/{group_id}/decision',
  summary: 'Decide on a duplicate group',
  policy: 'UploaderOrAdmin',
  idempotent: true,
  params: GroupParams,
  body: DecisionRequest,
  reply: {
    status: 200,
    description: 'The decision.',
    schema: DecisionReply,
  },
  problems: ['not_found', 'conflict'],
});

export const decideGroups = operation({
  id: 'decideGroups',
  tag: 'Duplicates',
  method: 'POST',
  path: '/v1/duplicates/decisions',
  summary: 'Decide on up to 100 duplicate groups',
  policy: 'UploaderOrAdmin',
  idempotent: true,
  body: z.strictObject({
    decisions: entriesOf(
      { $ref: '#/components/schemas/GroupDecision' },
      '1 to 100 decisions, each a `GroupDecision`. They are made side by side, in no order.',
    ),
  }),
  reply: {
    status: 200,
    description: 'One entry per decision, in order: the decision, or the problem that prevents it.',
    schema: outcomesOf(DecisionReply),
  },
  problems: [],
});

export const undoDecision = operation({
  id: 'undoDecision',
  tag: 'Duplicates',
  method: 'DELETE',
  path: '/v1/duplicates/{group_id}/decision',
  summary: 'Undo the decision on a duplicate group',
  policy: 'UploaderOrAdmin',
  params: GroupParams,
  reply: {
    status: 200,
    description: 'The group is undecided, under the same id.',
    schema: z.object({ group_id: GroupIdField, decided: z.literal(false) }),
  },
  problems: ['not_found', 'conflict'],
});
