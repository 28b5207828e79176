import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Inputs = z.record(z.string(), z.unknown());

/** Returns the committed example's inputs of an environment: what it costs does not depend on the account. */
export const exampleInputs = (environment: string): unknown =>
  Inputs.parse(
    JSON.parse(readFileSync(new URL('../../deeplens.config.example.json', import.meta.url), 'utf8')),
  )[environment];
