import { readFileSync } from 'node:fs';
import * as z from 'zod';

const Inputs = z.record(z.string(), z.record(z.string(), z.unknown()));

/**
 * Returns the committed example's inputs of an environment, from its second deployment on: costs and capacity do not depend on the
 * account.
 */
export function exampleInputs(environment: string): unknown {
  const text = readFileSync(new URL('../../deeplens.config.example.json', import.meta.url), 'utf8');
  return { ...Inputs.parse(JSON.parse(text))[environment], workerCreated: true };
}
