import * as z from 'zod';
import { METADATA_LIMITS } from '#shared/kernel/event-limits.ts';
import {
  DELIVERY_ID_PATTERN,
  GROUP_ID_PATTERN,
  IMAGE_ID_PATTERN,
  JOB_ID_PATTERN,
  KEY_ID_PATTERN,
  STORAGE_ID_PATTERN,
  TENANT_ID_PATTERN,
  USER_ID_PATTERN,
  WEBHOOK_ID_PATTERN,
} from '#shared/kernel/ids.ts';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { refusedPart } from '#shared/kernel/json-bounds.ts';
import { ACCEPTED_MEDIA_TYPES } from '#shared/kernel/media-types.ts';
import { PROBLEM_CODES } from '#shared/kernel/problems.ts';
import { IMAGE_FORMATS, IMAGE_STATUSES } from '#shared/kernel/vocabulary.ts';

export const ImageIdField = z.string().regex(IMAGE_ID_PATTERN).meta({
  description: 'An image id: `img_` and a ULID.',
  example: 'img_01JCZ8M3P7Q4R5S6T7V8W9X0Y1',
});
export const GroupIdField = z
  .string()
  .regex(GROUP_ID_PATTERN)
  .meta({ description: 'A duplicate group id: `grp_` and a ULID.' });
export const TenantIdField = z.string().regex(TENANT_ID_PATTERN).meta({
  description: 'A tenant id: 2 to 63 characters of a–z, 0–9 and -.',
  example: 'acme',
});
export const KeyIdField = z
  .string()
  .regex(KEY_ID_PATTERN)
  .meta({ description: 'An API key id: `key_` and a ULID.' });
export const UserIdField = z
  .string()
  .regex(USER_ID_PATTERN)
  .meta({ description: 'The id of a person: `usr_` and 26 characters.' });
export const JobIdField = z
  .string()
  .regex(JOB_ID_PATTERN)
  .meta({ description: 'A job id: `job_` and a ULID.' });
export const StorageIdField = z
  .string()
  .regex(STORAGE_ID_PATTERN)
  .meta({ description: 'A storage location’s id: `st_` and a ULID.' });
export const WebhookIdField = z
  .string()
  .regex(WEBHOOK_ID_PATTERN)
  .meta({ description: 'A webhook id: `wh_` and a ULID.' });
export const DeliveryIdField = z
  .string()
  .regex(DELIVERY_ID_PATTERN)
  .meta({ description: 'A delivery id: `dlv_` and a ULID.' });
export const Cursor = z
  .string()
  .max(2048)
  .optional()
  .meta({ description: 'The `next_cursor` of the previous page.' });
/** Parses a number that a query or a form sends as text; other text is refused as it is. */
export const numeric = (bounded: (number: z.ZodNumber) => z.ZodNumber) =>
  z.preprocess(
    (value) =>
      typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
        ? Number(value)
        : value,
    bounded(z.number({ error: ({ input }) => (typeof input === 'string' ? 'must be a number' : undefined) })),
  );
/** The `limit` of a list. */
export const limitOf = (most: number, usual: number) =>
  numeric((number) => number.int().min(1).max(most)).default(usual);
export const Count = z.number().int().nonnegative();
export const Score = z.number().min(0).max(1);
/** A fraction, 0 to 1. */
export const Share = z.number().min(0).max(1);
export const Time = z.iso.datetime().max(40).meta({ description: 'A time as in RFC 3339, UTC.' });
export const ExternalId = z.string().min(1).max(256).meta({
  description:
    'Your own id for the image, unique among your images until the image is deleted or its upload form expires.',
});
/** A media type as in RFC 9110, in printable ASCII. */
export const MediaType = z
  .string()
  .regex(/^[A-Za-z0-9!#$&^_.+-]{1,64}\/[A-Za-z0-9!#$&^_.+-]{1,64}(;[ -~]{0,64})?$/)
  .max(100)
  .meta({
    description: `The media type of the image, in any case and with parameters: one of ${ACCEPTED_MEDIA_TYPES.join(', ')}. The format is told by the bytes: a type of another accepted format is a warning in the record.`,
    example: 'image/jpeg',
  });
export const Format = z.enum(Object.keys(IMAGE_FORMATS) as [keyof typeof IMAGE_FORMATS]); // Object.keys loses the literal types
export const Status = z.enum(IMAGE_STATUSES);
/** An image as base64. */
export const InlineImage = z.base64().max(IMAGE_LIMITS.inlineBase64);
/** A URL to fetch once; its form is judged by what fetches it. */
export const ImageUrl = z.string().min(1).max(2048).meta({
  description:
    'An http(s) URL of the image, at the usual port, that needs no credential; fetched once. Only hosts of the public internet; at most three redirects.',
  example: 'https://images.example.com/flower.jpg',
});
/** A score that is stored: rounded to six places, since storage does not hold every double. */
export const Threshold = Share.overwrite((share) => Math.round(share * 1e6) / 1e6);
export const FileName = z.string().min(1).max(1024);

/** A map of at most `max` keys. */
export const boundedMap = <Key extends z.ZodString, Value extends z.ZodType>(
  key: Key,
  value: Value,
  max: number,
) =>
  z
    .record(key, value)
    .refine((map) => Object.keys(map).length <= max, `must have at most ${max} keys`)
    .meta({ maxProperties: max });

/** `constructor` and the like: libraries that read a map as an object take them for its own. */
const isReserved = (key: string): boolean => key in Object.prototype;

/** Keys of 1 to 64 characters; values of at most 512, at most 32 a key. */
export const MetadataField = boundedMap(
  z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .refine((key) => !isReserved(key), 'is a reserved name'),
  z.union([z.string().max(512), z.array(z.string().max(512)).max(32)]),
  METADATA_LIMITS.keys,
)
  .refine(
    (metadata) => Buffer.byteLength(JSON.stringify(metadata)) <= METADATA_LIMITS.bytes,
    `must have at most ${METADATA_LIMITS.bytes} bytes as JSON in UTF-8`,
  )
  .meta({
    maxProperties: METADATA_LIMITS.keys,
    description: `Key-value pairs to filter searches by: at most ${METADATA_LIMITS.keys} keys, each with a text or a list of texts, and at most ${METADATA_LIMITS.bytes} bytes in all, as JSON in UTF-8.`,
  });

/** Parses a field that a multipart form sends as JSON text. */
export const jsonText = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value, context) => {
    if (typeof value !== 'string') return value;
    try {
      const parsed: unknown = JSON.parse(value);
      const refused = refusedPart(parsed);
      if (!refused) return parsed;
      context.addIssue({ code: 'custom', path: [...refused.path], message: refused.message });
    } catch {
      context.addIssue({ code: 'custom', message: 'is not JSON' });
    }
    return z.NEVER;
  }, schema);

/** Parses a list that a multipart form sends as JSON text, or as the field once for each value. */
export const listText = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess(
    (value) => (typeof value === 'string' && !value.trim().startsWith('[') ? [value] : value),
    jsonText(schema),
  );

/** RFC 9457. */
export const ProblemReply = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z
      .enum(PROBLEM_CODES)
      .meta({ id: 'ProblemCode', description: 'A stable code for programs to act on.' }),
    instance: z.string().optional().meta({ description: 'The correlation id of the request.' }),
    errors: z.array(z.object({ pointer: z.string(), message: z.string() })).optional(),
    existing_image_id: ImageIdField.optional().meta({
      description: 'Of a `conflict` of external ids: the image that has the id.',
    }),
    existing_user_id: UserIdField.optional().meta({
      description: 'Of a `conflict` of invitations: the person who has the address.',
    }),
  })
  .meta({ id: 'Problem' });

/** Entries of a bulk call. */
const MAX_ENTRIES = 100;

/**
 * The entries of a bulk call: each is validated separately, so that an invalid one does not reject the others.
 * @param items the JSON Schema of an entry
 */
export const entriesOf = (items: object, description: string) =>
  z.array(z.unknown()).min(1).max(MAX_ENTRIES).meta({ description, override: { items } });

/** The reply to a bulk call: for each entry, in order, its outcome or its problem. */
export const outcomesOf = <Outcome extends z.ZodType>(outcome: Outcome) =>
  z.object({ outcomes: z.array(z.union([outcome, z.object({ error: ProblemReply })])) });
