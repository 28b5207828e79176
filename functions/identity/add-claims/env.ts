import * as z from 'zod';

export const Env = z.object({
  /** The prefix of scope names in the user pool's tokens: `deeplens-api`. */
  RESOURCE_SERVER: z.string().min(1),
});
