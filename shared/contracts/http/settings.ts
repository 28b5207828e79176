import { z } from 'zod';
import { KEEPER_RULES, THUMBNAIL_BOUNDS } from '#shared/kernel/settings.ts';
import { Share } from './fields.ts';
import { operation } from './operation.ts';

const { min, max, count } = THUMBNAIL_BOUNDS;

const fields = {
  thumbnail_sizes: z
    .array(z.number().int().min(min).max(max))
    .min(1)
    .max(count)
    .refine((sizes) => new Set(sizes).size === sizes.length, 'names a size twice')
    .meta({ description: 'Pixels of the longer side. Pictures that come from now on have these.' }),
  similarity_threshold: Share.meta({ description: 'The threshold of a search that gives none.' }),
  keeper_rule: z.enum(KEEPER_RULES).meta({
    description: 'What decides first which of several duplicates to keep; the other rules tell equals apart.',
  }),
  models: z
    .array(z.string().min(1).max(64))
    .max(4)
    .refine((models) => new Set(models).size === models.length, 'names a model twice')
    .meta({
      description:
        'The models that see your pictures; the first is used by a search that names none. A model that is new here joins when it has all of your pictures.',
    }),
};

/** What a tenant may choose; what is left out stays as it is. */
export const SettingsFields = z.object(fields).partial();
const SettingsReply = z
  .object({
    ...fields,
    filling_models: z.array(z.string()).meta({
      description:
        'Models that your earlier pictures are being embedded with; each is one of `models` once it has all.',
    }),
  })
  .meta({ id: 'Settings' });

export const getSettings = operation({
  id: 'getSettings',
  tag: 'Tenant',
  method: 'GET',
  path: '/v1/settings',
  summary: 'What you have chosen',
  policy: 'AdminOnly',
  reply: { status: 200, description: 'What holds.', schema: SettingsReply },
  problems: ['not_found'],
});

export const changeSettings = operation({
  id: 'changeSettings',
  tag: 'Tenant',
  method: 'PATCH',
  path: '/v1/settings',
  summary: 'Choose thumbnail sizes, the default threshold, the keeper rule, models',
  policy: 'AdminOnly',
  audited: true,
  body: SettingsFields,
  reply: {
    status: 200,
    description: 'What holds from the next call on; models that are new are in `filling_models` at first.',
    schema: SettingsReply,
  },
  problems: ['not_found', 'conflict'],
});
