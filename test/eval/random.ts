import { createHash } from 'node:crypto';
import { randomOf as randomOfNumber } from '../../infra/simulation/random.ts';

/** Returns a deterministic source of numbers in [0, 1) for a text. */
export const randomOf = (seed: string): (() => number) =>
  randomOfNumber(createHash('sha256').update(seed).digest().readUInt32LE(0) || 1);
