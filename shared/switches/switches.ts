import * as z from 'zod';
import { DEGRADABLE, PAUSABLE } from '#shared/kernel/vocabulary.ts';

/** What an operator has switched off during an incident. */
export const Switches = z.object({
  degrade: z.array(z.enum(DEGRADABLE)),
  pause: z.array(z.enum(PAUSABLE)),
  /** RFC 3339; absent: never changed. */
  changed_at: z.string().exactOptional(),
});
export type Switches = z.infer<typeof Switches>;

export const ALL_ON: Switches = { degrade: [], pause: [] };
