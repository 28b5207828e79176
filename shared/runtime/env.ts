import { z } from 'zod';

/** The environment lacks something that the program needs. Thrown at cold start, never in the middle of a request. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** The only place that reads the environment of a deployed program. @throws ConfigurationError that names each missing variable */
export function readEnv<Schema extends z.ZodType>(schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(process.env);
  if (!parsed.success)
    throw new ConfigurationError(`The environment is not complete:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
