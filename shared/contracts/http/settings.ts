import * as z from 'zod';
import { KEEPER_RULES, THUMBNAIL_BOUNDS } from '#shared/kernel/settings.ts';
import { Threshold } from './fields.ts';
import { operation } from './operation.ts';

const { min, max, count } = THUMBNAIL_BOUNDS;

const fields = {
  thumbnail_sizes: z
    .array(z.number().int().min(min).max(max))
    .min(1)
    .max(count)
    .refine((sizes) => new Set(sizes).size === sizes.length, 'must not repeat a size')
    .meta({
      description: 'Longer sides of the thumbnails in pixels; they apply to images added from now on.',
    }),
  similarity_threshold: Threshold.meta({
    description: 'The `similarity_threshold` of a search that gives none.',
  }),
  keeper_rule: z.enum(KEEPER_RULES).meta({
    description: 'The first rule for suggesting which duplicate to keep; the other rules break ties.',
  }),
  models: z
    .array(z.string().min(1).max(64))
    .max(4)
    .refine((models) => new Set(models).size === models.length, 'must not repeat a model')
    .meta({
      description:
        'The models that embed your images, at most 4; a search that names none uses the first. A new model joins once all of your images are embedded with it; it is refused if your plan has no room for the vectors.',
    }),
};

/** The settings of a tenant; in a change, omitted settings stay unchanged. */
export const SettingsFields = z.strictObject(fields).partial();
const SettingsReply = z
  .object({
    ...fields,
    filling_models: z.array(z.string()).meta({
      description:
        'Models that your existing images are being embedded with; each joins `models` once all are done.',
    }),
  })
  .meta({ id: 'Settings' });

export const getSettings = operation({
  id: 'getSettings',
  tag: 'Tenant',
  method: 'GET',
  path: '/v1/settings',
  summary: 'Get your settings',
  policy: 'AdminOnly',
  reply: { status: 200, description: 'The settings in force.', schema: SettingsReply },
  problems: ['not_found'],
});

export const changeSettings = operation({
  id: 'changeSettings',
  tag: 'Tenant',
  method: 'PATCH',
  path: '/v1/settings',
  summary: 'Change your settings',
  policy: 'AdminOnly',
  audited: true,
  body: SettingsFields,
  reply: {
    status: 200,
    description: 'The settings in force from the next call on; new models are in `filling_models` first.',
    schema: SettingsReply,
  },
  problems: ['not_found', 'conflict', 'quota_exceeded'],
});
