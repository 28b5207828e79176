import * as z from 'zod';

export const Env = z.object({ DEEPLENS_VERSION: z.string().min(1) });
