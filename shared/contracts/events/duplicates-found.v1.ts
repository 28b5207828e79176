import { z } from 'zod';
import { envelope } from './envelope.ts';

/** A duplicate group was created or has grown. */
export const DuplicatesFoundV1 = envelope(
  'duplicates.found',
  z.object({
    group_id: z.string(),
    /** The image whose detection changed the group. */
    image_id: z.string(),
    verdict: z.enum(['exact', 'edited_copy']),
    confidence: z.number().min(0).max(1),
    suggested_keeper: z.string(),
    /** The members, as many as fit; `members_total` if some are left out. */
    members: z
      .array(
        z.object({
          image_id: z.string(),
          verdict: z.enum(['exact', 'edited_copy']),
          confidence: z.number().min(0).max(1),
          file_name: z.string(),
          file_path: z.string(),
          storage_location: z.string(),
          file_size: z.number().int(),
          content_type: z.string(),
          hash_sha256: z.string(),
          width: z.number().int(),
          height: z.number().int(),
          created_at: z.iso.datetime(),
        }),
      )
      .min(2),
    /** The number of members that the group has, if the event has fewer. */
    members_total: z.number().int().optional(),
    found_at: z.iso.datetime(),
  }),
);
export type DuplicatesFoundV1 = z.infer<typeof DuplicatesFoundV1>;
