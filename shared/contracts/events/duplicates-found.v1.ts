import * as z from 'zod';
import { envelope } from './envelope.ts';
import { Digest, Id, Time, Word } from './event-fields.ts';

/** A duplicate group was created or has grown. */
export const DuplicatesFoundV1 = envelope(
  'duplicates.found',
  z.object({
    group_id: Id,
    /** The image whose detection changed the group. */
    image_id: Id,
    verdict: z.enum(['exact', 'edited_copy']),
    confidence: z.number().min(0).max(1),
    suggested_keeper: Id,
    /** The members, as many as fit; `members_total` if some are left out. */
    members: z
      .array(
        z.object({
          image_id: Id,
          verdict: z.enum(['exact', 'edited_copy']),
          confidence: z.number().min(0).max(1),
          file_name: Word,
          file_path: Word,
          storage_location: Id,
          file_size: z.number().int(),
          content_type: Word,
          hash_sha256: Digest,
          width: z.number().int(),
          height: z.number().int(),
          created_at: Time,
        }),
      )
      .min(2)
      .max(10_000),
    /** The number of members that the group has, if the event has fewer. */
    members_total: z.number().int().optional(),
    found_at: Time,
  }),
);
export type DuplicatesFoundV1 = z.infer<typeof DuplicatesFoundV1>;
