import * as z from 'zod';

/** The place of a tenant's objects, by the type of storage. Names as on the wire. */
export const StorageTarget = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('s3'),
    config: z.object({
      bucket: z.string(),
      region: z.string(),
      role_arn: z.string().optional(),
      /** Ours, unguessable, one for each location. */
      external_id: z.string().optional(),
    }),
  }),
  z.object({
    type: z.literal('minio'),
    config: z.object({
      /** An https URL without a path. */
      endpoint: z.string(),
      bucket: z.string(),
      region: z.string().optional(),
      path_style: z.boolean().optional(),
    }),
  }),
  z.object({
    type: z.literal('azure_blob'),
    config: z.object({ account: z.string(), container: z.string(), endpoint: z.string().optional() }),
  }),
  z.object({
    type: z.literal('gcs'),
    config: z.object({ bucket: z.string(), project: z.string().optional(), endpoint: z.string().optional() }),
  }),
]);
export type StorageTarget = z.output<typeof StorageTarget>;
