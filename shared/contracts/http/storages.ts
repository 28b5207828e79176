import * as z from 'zod';
import { JOB_STATUSES, ON_MISSING, STORAGE_STATES, STORAGE_TYPES } from '#shared/kernel/vocabulary.ts';
import { Count, JobIdField, StorageIdField, Time } from './fields.ts';
import { acceptedReply } from './jobs.ts';
import { operation } from './operation.ts';
import * as storage from './storage-config.ts';

const Name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^\P{C}+$/u, 'must not have control characters');
const Prefix = z
  .string()
  .max(1024)
  .refine((prefix) => Buffer.byteLength(prefix) <= 1024, 'must have at most 1024 bytes in UTF-8')
  .meta({ description: 'Only keys that begin so are read.', example: 'products/' });
const Globs = z
  .array(z.string().min(1).max(256))
  .max(20)
  .meta({
    description:
      'Patterns of whole keys: `*` matches within a folder, `**` across folders, `?` one character. Include: a key must match one of them; by default all do. Exclude: it must match none.',
    example: ['**/*.jpg'],
  });
const Schedule = z
  .strictObject({ every_hours: z.number().int().min(1).max(720) })
  .meta({ description: 'Scans the location so often. Each location has its own minute within the period.' });
const OnMissing = z.enum(ON_MISSING).meta({
  description:
    'What becomes of an image whose object is gone: it stays, it is hidden from searches, or it is hidden and deleted after `days`.',
});
const Days = z.number().int().min(1).max(3650);

const common = {
  name: Name,
  prefix: Prefix.default(''),
  include: Globs.default([]),
  exclude: Globs.default([]),
  schedule: Schedule.optional(),
  on_missing: OnMissing.default('keep'),
  days: Days.optional(),
};

const NewStorage = z
  .discriminatedUnion('type', [
    z.strictObject({
      ...common,
      type: z.literal('s3'),
      config: storage.S3Config,
      credentials: storage.S3Credentials.optional(),
    }),
    z.strictObject({
      ...common,
      type: z.literal('minio'),
      config: storage.MinioConfig,
      credentials: storage.MinioCredentials,
    }),
    z.strictObject({
      ...common,
      type: z.literal('azure_blob'),
      config: storage.AzureConfig,
      credentials: storage.AzureCredentials,
    }),
    z.strictObject({
      ...common,
      type: z.literal('gcs'),
      config: storage.GcsConfig,
      credentials: storage.GcsCredentials,
    }),
  ])
  .refine((added) => added.type !== 's3' || !added.config.role_arn === !!added.credentials, {
    path: ['credentials'],
    message: 'give the access keys, or a role with its external id; not both',
  })
  .refine(({ on_missing, days }) => (on_missing === 'delete_after_days') === (days !== undefined), {
    path: ['days'],
    message: 'only and always with on_missing: delete_after_days',
  })
  .meta({
    description:
      'A tenant has at most 100 locations, each with a bucket and prefix of its own; one more is a `conflict`. Credentials go to the secret store, and no reply has them.',
  });

const StorageChange = z
  .strictObject({
    name: Name.optional(),
    include: Globs.optional(),
    exclude: Globs.optional(),
    schedule: Schedule.nullable().optional().meta({ description: 'Null: no schedule.' }),
    on_missing: OnMissing.optional(),
    days: Days.optional(),
    credentials: storage.AnyCredentials.optional().meta({
      description:
        'They are tried first, and replace the old ones only if they work. Keep the old ones valid for five minutes: a scan may still use them.',
    }),
  })
  .refine((change) => Object.keys(change).length > 0, 'must have a field')
  .refine(({ on_missing, days }) => (on_missing === 'delete_after_days') === (days !== undefined), {
    path: ['days'],
    message: 'only and always with on_missing: delete_after_days',
  });

const Accessible = {
  accessible: z.literal(true),
  checked: z
    .object({
      list: z.literal(true),
      read: z
        .union([z.literal(true), z.literal('empty')])
        .meta({ description: '`empty`: there is no object to read yet.' }),
      trust: z.union([z.literal(true), z.literal('not_applicable')]).meta({
        description:
          'Of a role: it can be assumed with the external id alone, and neither without one nor with another.',
      }),
    })
    .meta({ description: 'What was tried.' }),
};

const StorageReply = z
  .object({
    storage_id: StorageIdField,
    name: z.string(),
    type: z.enum(STORAGE_TYPES),
    config: z.union([storage.S3Config, storage.MinioConfig, storage.AzureConfig, storage.GcsConfig]),
    prefix: z.string(),
    include: z.array(z.string()),
    exclude: z.array(z.string()),
    schedule: Schedule.optional(),
    on_missing: OnMissing,
    days: Days.optional(),
    state: z.enum(STORAGE_STATES),
    events: z
      .object({ bus_arn: z.string() })
      .optional()
      .meta({ description: 'Events of the bucket are taken: what changes is read before the next scan.' }),
    last_scan: z
      .object({ job_id: JobIdField, status: z.enum(JOB_STATUSES), finished_at: Time.optional() })
      .optional(),
    next_scan_at: Time.optional(),
    images: Count.meta({ description: 'Images of the location, some seconds late.' }),
    missing: Count.meta({ description: 'Those whose object is gone.' }),
    created_at: Time,
    updated_at: Time,
  })
  .meta({ id: 'StorageLocation' });

const params = z.object({ storage_id: StorageIdField });
const refusals = [
  'storage_unreachable',
  'storage_access_denied',
  'bucket_not_found',
  'insecure_trust_policy',
  'region_mismatch',
  'unsafe_url',
] as const;

export const issueExternalId = operation({
  id: 'issueExternalId',
  tag: 'Tenant',
  method: 'POST',
  path: '/v1/storage/external-id',
  summary: 'Get an external id for the trust policy of a role',
  policy: 'ManageStorage',
  audited: true,
  idempotent: true,
  reply: {
    status: 201,
    description:
      'The external id, for one location of your tenant; no other tenant can use it. Of many that are not used, one is returned again.',
    schema: z.object({
      external_id: storage.TrustExternalId,
      principal: z.string().meta({
        description: 'The principal that the trust policy names: the account of this service.',
        example: 'arn:aws:iam::123456789012:root',
      }),
    }),
  },
  problems: ['conflict'],
});

export const addStorage = operation({
  id: 'addStorage',
  tag: 'Tenant',
  method: 'POST',
  path: '/v1/storage/add',
  summary: 'Add a storage location of your own: a bucket or container that scans read',
  policy: 'ManageStorage',
  audited: true,
  idempotent: true,
  body: NewStorage,
  reply: {
    status: 201,
    description: 'The location, which was listed and read.',
    schema: z.object({ storage_id: StorageIdField, ...Accessible }),
  },
  problems: ['conflict', ...refusals],
});

export const listStorages = operation({
  id: 'listStorages',
  tag: 'Tenant',
  method: 'GET',
  path: '/v1/storage',
  summary: 'List your storage locations, oldest first',
  policy: 'ManageStorage',
  reply: {
    status: 200,
    description: 'All locations.',
    schema: z.array(StorageReply),
  },
  problems: [],
});

export const getStorage = operation({
  id: 'getStorage',
  tag: 'Tenant',
  method: 'GET',
  path: '/v1/storage/{storage_id}',
  summary: 'Get a storage location',
  policy: 'ManageStorage',
  params,
  reply: { status: 200, description: 'The location.', schema: StorageReply },
  problems: ['not_found'],
});

export const testStorage = operation({
  id: 'testStorage',
  tag: 'Tenant',
  method: 'POST',
  path: '/v1/storage/{storage_id}/test',
  summary: 'Try whether a storage location can be listed and read',
  policy: 'ManageStorage',
  params,
  reply: {
    status: 200,
    description: 'It can.',
    schema: z.object({ storage_id: StorageIdField, ...Accessible }),
  },
  problems: ['not_found', 'conflict', ...refusals],
});

export const changeStorage = operation({
  id: 'changeStorage',
  tag: 'Tenant',
  method: 'PATCH',
  path: '/v1/storage/{storage_id}',
  summary: 'Change a storage location, or replace its credentials',
  policy: 'ManageStorage',
  audited: true,
  params,
  body: StorageChange,
  reply: { status: 200, description: 'The changed location.', schema: StorageReply },
  problems: ['not_found', 'conflict', ...refusals],
});

export const turnOnEvents = operation({
  id: 'turnOnStorageEvents',
  tag: 'Tenant',
  method: 'PUT',
  path: '/v1/storage/{storage_id}/events',
  summary: 'Take events of a storage location’s bucket, and get the rule for your account that sends them',
  policy: 'ManageStorage',
  audited: true,
  params,
  reply: {
    status: 200,
    description:
      'The event bus of the location, which takes events of its bucket from the account of its role alone. They begin once the template is deployed in the bucket’s region, and the bucket sends events to EventBridge.',
    schema: z.object({
      storage_id: StorageIdField,
      events: z.object({ bus_arn: z.string() }),
      template: z
        .record(z.string(), z.unknown())
        .meta({ description: 'A CloudFormation template: a rule, and a role that may send to the bus.' }),
    }),
  },
  problems: ['not_found', 'conflict'],
});

export const turnOffEvents = operation({
  id: 'turnOffStorageEvents',
  tag: 'Tenant',
  method: 'DELETE',
  path: '/v1/storage/{storage_id}/events',
  summary: 'Take no more events of a storage location’s bucket',
  policy: 'ManageStorage',
  audited: true,
  params,
  reply: { status: 200, description: 'The location.', schema: StorageReply },
  problems: ['not_found', 'conflict'],
});

export const removeStorage = operation({
  id: 'removeStorage',
  tag: 'Tenant',
  method: 'DELETE',
  path: '/v1/storage/{storage_id}',
  summary: 'Remove a storage location, and its images if you want',
  policy: 'ManageStorage',
  audited: true,
  params,
  query: z.strictObject({
    images: z.enum(['keep', 'delete']).default('keep').meta({
      description:
        '`keep`: its images stay in the library and in searches, by their thumbnails and vectors; their originals cannot be read again. `delete`: each image is deleted, as by `DELETE /v1/images/{image_id}`. Your own objects stay in both cases.',
    }),
  }),
  reply: acceptedReply,
  problems: ['not_found'],
});
