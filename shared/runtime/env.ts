import * as z from 'zod';

/** A variable of the environment is missing or not valid. Thrown at cold start, never during a request. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Parses the environment; deployed code reads it nowhere else. @throws ConfigurationError that names each wrong variable */
export function readEnv<Schema extends z.ZodType>(schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(process.env);
  if (!parsed.success)
    throw new ConfigurationError(`The environment is not valid:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
