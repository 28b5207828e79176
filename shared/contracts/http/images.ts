import * as z from 'zod';
import { IMAGE_ID_PATTERN } from '#shared/kernel/ids.ts';
import { PROBLEM_CODES } from '#shared/kernel/problems.ts';
import { THUMBNAIL_BOUNDS } from '#shared/kernel/settings.ts';
import { IMAGE_WARNINGS, STAGES } from '#shared/kernel/vocabulary.ts';
import {
  Cursor,
  ExternalId,
  entriesOf,
  FileName,
  Format,
  ImageIdField,
  ImageUrl,
  InlineImage,
  jsonText,
  limitOf,
  MediaType,
  MetadataField,
  numeric,
  outcomesOf,
  ProblemReply,
  Status,
  Time,
} from './fields.ts';
import { operation, URL_PROBLEMS } from './operation.ts';

const ImageParams = z.object({ image_id: ImageIdField });
const UploadProblems = [
  'payload_too_large',
  'unsupported_media_type',
  'unreadable_image',
  'quota_exceeded',
] as const;

/** An image as the API returns it. */
export const ImageReply = z
  .object({
    image_id: ImageIdField,
    external_id: ExternalId.optional(),
    status: Status,
    file_path: z.string(),
    storage_location: z.string(),
    storage_type: z.enum(['s3', 'minio', 'azure_blob', 'gcs']),
    file_size: z.number().int(),
    width: z.number().int().optional(),
    height: z.number().int().optional(),
    format: Format.optional(),
    hash_sha256: z.string().optional(),
    hash_md5: z.string().optional(),
    hash_perceptual: z.string().optional(),
    exif: z
      .object({
        camera: z.string().optional(),
        lens: z.string().optional(),
        taken_at: z.string().optional(),
        orientation: z.number().int().optional(),
        gps: z.object({ latitude: z.number(), longitude: z.number() }).optional(),
      })
      .optional(),
    frames: z.number().int().optional().meta({
      description: 'Frames of an animation or a sequence, if more than one: the first is what is matched.',
    }),
    pages: z.number().int().optional().meta({
      description: 'Pages of the file, if more than one: the first is what is matched.',
    }),
    warnings: z
      .array(z.object({ code: z.enum(IMAGE_WARNINGS), detail: z.string() }))
      .optional()
      .meta({
        description: 'What is odd about the file, although its picture was taken; from validation on.',
      }),
    metadata: MetadataField,
    created_at: Time,
    updated_at: Time,
    uploaded_at: Time.optional(),
    validated_at: Time.optional(),
    processed_at: Time.optional(),
    indexed_at: Time.optional(),
    failure: z
      .object({
        stage: z.string(),
        code: z.string(),
        detail: z.string(),
        retryable: z.boolean(),
        attempts: z.number().int(),
      })
      .optional()
      .meta({
        description:
          'The last failure: of a failed image; of one that is being retried, until a stage succeeds; and of an indexed image whose duplicates could not be detected.',
      }),
    retries: z.number().int().optional().meta({ description: 'Retries that were asked for.' }),
    thumbnail_url: z.string().optional(),
    thumbnails: z
      .array(
        z.object({
          size: z.number().int().meta({ description: 'Bound of the longer side in pixels.' }),
          url: z.url(),
          width: z.number().int(),
          height: z.number().int(),
          expires_at: Time,
        }),
      )
      .optional()
      .meta({
        description:
          'With `expand=thumbnail_urls`: WebP thumbnails at signed URLs, which need no credential and count nothing.',
      }),
    models: z.array(z.string()),
  })
  .meta({ id: 'Image' });

const Expand = z.enum(['thumbnail_urls']).optional().meta({
  description: '`thumbnail_urls`: adds `thumbnails`, signed URLs that a browser can load, to each image.',
});

/** One file of `POST /uploads`. Each is validated separately, so that one invalid file does not reject the others. */
export const UploadFile = z
  .strictObject({
    filename: FileName,
    content_type: MediaType.optional(),
    size: z.number().int().nonnegative().meta({ description: 'Size in bytes.' }),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional()
      .meta({
        description:
          'SHA-256 of the file in lower-case hex. A file that differs is refused by storage, or fails with `checksum_mismatch`.',
      }),
    external_id: ExternalId.optional(),
    metadata: MetadataField.optional(),
  })
  .meta({ id: 'UploadFile' });

/** A presigned form. */
const UploadForm = z
  .object({
    image_id: ImageIdField,
    status: z.literal('pending_upload'),
    url: z.url(),
    fields: z.record(z.string(), z.string()).meta({
      description: 'Sent with the file as `multipart/form-data`; the file comes last, as `file`.',
    }),
    expires_at: Time,
  })
  .meta({ id: 'UploadForm' });

const OnConflict = z.strictObject({
  on_conflict: z.enum(['return']).optional().meta({
    description:
      '`return`: where another image has the `external_id`, its record is returned; by default the image is refused with `conflict`.',
  }),
});

export const requestUploads = operation({
  id: 'requestUploads',
  tag: 'Ingest',
  method: 'POST',
  path: '/v1/uploads',
  summary: 'Request presigned POST forms for uploads to storage',
  policy: 'UploaderOrAdmin',
  query: OnConflict,
  body: z.strictObject({
    files: entriesOf({ $ref: '#/components/schemas/UploadFile' }, '1 to 100 files, each an `UploadFile`.'),
  }),
  counts: {
    uploads: {
      asked: ({ files }) => files.filter((file) => UploadFile.safeParse(file).success).length,
      accepted: ({ uploads }) => uploads.filter((entry) => 'url' in entry).length,
    },
  },
  idempotent: true,
  reply: {
    status: 201,
    description:
      'One entry per file, in order: a presigned form, or the problem that rejects the file; with `on_conflict=return` also the image that has the `external_id`. A form reserves one image and its size of the quota; if it is not used, the image is gone and the quota free within an hour and a half.',
    schema: z.object({
      uploads: z.array(z.union([UploadForm, ImageReply, z.object({ error: ProblemReply })])),
    }),
  },
  problems: [...UploadProblems, 'paused'],
});

/** The JSON form, or the fields beside `file` of the multipart form. */
const NewImage = z.strictObject({
  image: InlineImage.optional().meta({ description: 'The image as base64, at most 4.5 MB decoded.' }),
  image_url: ImageUrl.optional(),
  filename: FileName.optional(),
  content_type: MediaType.optional(),
  external_id: ExternalId.optional(),
  metadata: jsonText(MetadataField).optional(),
});

export const addImage = operation({
  id: 'addImage',
  tag: 'Ingest',
  method: 'POST',
  path: '/v1/images',
  summary: 'Add an image that is sent in the request, or lies at a URL',
  policy: 'UploaderOrAdmin',
  query: OnConflict,
  body: NewImage,
  multipart: true,
  counts: { uploads: { asked: () => 1, accepted: () => 1 } },
  idempotent: true,
  reply: {
    status: 202,
    description: 'The image is stored; processing continues in the background.',
    schema: z.object({ image_id: ImageIdField, status: Status }),
    also: {
      status: 200,
      description: 'With `on_conflict=return`: the image that has the `external_id`.',
      schema: ImageReply,
    },
  },
  problems: [...UploadProblems, ...URL_PROBLEMS, 'conflict', 'paused'],
});

/** Images asked for at once. */
const MAX_IDS = 100;
const Ids = z
  .string()
  .max(MAX_IDS * 31)
  .transform((text) => text.split(','))
  .pipe(z.array(ImageIdField).max(MAX_IDS))
  .meta({
    description: `Up to ${MAX_IDS} ids, separated by commas: the images that exist, in this order. It is a list of its own: other filters narrow it, \`sort\`, \`cursor\` and \`limit\` do not apply.`,
  });

export const listImages = operation({
  id: 'listImages',
  tag: 'Ingest',
  method: 'GET',
  path: '/v1/images',
  summary: 'List images, newest first',
  policy: 'SearchImages',
  query: z.strictObject({
    status: Status.exclude(['purged']).optional(),
    external_id: ExternalId.optional(),
    storage_id: z.string().min(1).max(128).optional().meta({
      description: 'The `storage_location` of the images.',
    }),
    failure_stage: z.enum(STAGES).optional().meta({ description: 'The stage of the last failure.' }),
    failure_code: z.enum(PROBLEM_CODES).optional().meta({ description: 'The code of the last failure.' }),
    created_after: Time.optional().meta({ description: 'Inclusive.' }),
    created_before: Time.optional().meta({ description: 'Inclusive.' }),
    ids: Ids.optional(),
    sort: z.enum(['created_at', '-created_at']).default('-created_at').meta({
      description: '`created_at`: oldest first; by default newest first.',
    }),
    expand: Expand,
    cursor: Cursor,
    limit: limitOf(100, 50),
  }),
  reply: {
    status: 200,
    description: 'A page of images; with a `next_cursor` there may be more, even if it has few or none.',
    schema: z.object({ images: z.array(ImageReply), next_cursor: z.string().optional() }),
  },
  problems: ['invalid_cursor'],
});

export const getImage = operation({
  id: 'getImage',
  tag: 'Ingest',
  method: 'GET',
  path: '/v1/images/{image_id}',
  summary: 'Get the record of an image',
  policy: 'SearchImages',
  params: ImageParams,
  query: z.strictObject({ expand: Expand }),
  reply: { status: 200, description: 'The image record.', schema: ImageReply },
  problems: ['not_found', 'purged'],
});

const Receipt = z.object({
  image_id: ImageIdField,
  deleted: z.object({
    objects: z.number().int(),
    thumbnails: z.number().int(),
    vectors: z.number().int(),
    cache_entries: z.number().int(),
    events: z.number().int(),
  }),
  completed_at: Time,
});

export const deleteImage = operation({
  id: 'deleteImage',
  tag: 'Ingest',
  method: 'DELETE',
  path: '/v1/images/{image_id}',
  summary: 'Delete an image and everything derived from it',
  policy: 'UploaderOrAdmin',
  params: ImageParams,
  query: z.strictObject({
    original: z.enum(['true', 'false']).default('false').meta({
      description:
        '`true`: also delete the object in your own storage, where its credentials allow it; needs `deeplens.storage`, too. If it cannot be deleted, the image stays. The original of an upload is always deleted.',
    }),
  }),
  reply: {
    status: 200,
    description: 'A receipt with counts of the removed items.',
    schema: z.object({
      receipt: Receipt.extend({
        original: z.enum(['deleted', 'absent']).optional().meta({
          description: 'With `original=true`: what became of it. `absent`: it was gone already.',
        }),
      }),
    }),
  },
  problems: [
    ...(['not_found', 'purged', 'missing_scope', 'conflict', 'object_changed'] as const),
    ...(['storage_unreachable', 'storage_access_denied', 'bucket_not_found', 'region_mismatch'] as const),
    'unsafe_url',
  ],
});

export const deleteImages = operation({
  id: 'deleteImages',
  tag: 'Ingest',
  method: 'POST',
  path: '/v1/images/delete',
  summary: 'Delete up to 100 images and everything derived from them',
  policy: 'UploaderOrAdmin',
  idempotent: true,
  body: z.strictObject({
    image_ids: entriesOf(
      { type: 'string', pattern: IMAGE_ID_PATTERN.source },
      '1 to 100 image ids. Objects in your own storage stay.',
    ),
  }),
  reply: {
    status: 200,
    description:
      'One entry per id, in order: the receipt, or the problem: `not_found`, `purged` (deleted before), `invalid_request`.',
    schema: outcomesOf(z.object({ receipt: Receipt })),
  },
  problems: [],
});

export const getThumbnail = operation({
  id: 'getThumbnail',
  tag: 'Ingest',
  method: 'GET',
  path: '/v1/thumbnails/{image_id}',
  summary: 'Redirect to a thumbnail',
  policy: 'SearchImages',
  params: ImageParams,
  query: z.strictObject({
    size: numeric((number) => number.int().min(THUMBNAIL_BOUNDS.min).max(THUMBNAIL_BOUNDS.max))
      .optional()
      .meta({
        description:
          'Longer side in pixels, one of the image’s thumbnail sizes; by default the size nearest to 256.',
      }),
  }),
  reply: {
    status: 302,
    description: 'A redirect to the presigned URL of the WebP file, valid for a few minutes.',
    schema: z.object({ location: z.url() }),
  },
  problems: ['not_found', 'purged', 'image_not_ready'],
});
