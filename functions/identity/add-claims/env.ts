import { z } from 'zod';

export const Env = z.object({
  /** What the user pool writes before the names of our scopes: `deeplens-api`. */
  RESOURCE_SERVER: z.string().min(1),
});
