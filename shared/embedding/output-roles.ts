import { Problem } from '#shared/kernel/problems.ts';
import type { ModelManifest } from './manifest.ts';

type Output = ModelManifest['outputs'][number];
export type VectorOutput = Exclude<Output, { use: 'verification' }>;
export type LocalOutput = Extract<Output, { use: 'verification' }>;

/** The output of a model for each vector. One output may serve both. */
export interface OutputRoles {
  semantic: VectorOutput;
  copy: VectorOutput;
  local?: LocalOutput;
}

/**
 * Assigns outputs by their `use`: `similar` is the semantic vector, `copy` the copy vector, `both` serves as either, and
 * `verification` holds the local descriptors.
 * @throws Problem `internal_error` if a vector has no output, or several
 */
export function outputRoles(manifest: ModelManifest): OutputRoles {
  const vectors = manifest.outputs.filter((output) => output.use !== 'verification');
  const local = manifest.outputs.find((output) => output.use === 'verification');
  const only = (use: 'similar' | 'copy'): VectorOutput => {
    const [found, ...more] = vectors.filter((output) => output.use === use || output.use === 'both');
    if (!found || more.length > 0) {
      const problem = found ? 'more than one output' : 'no output';
      throw new Problem('internal_error', `The model ${manifest.name} has ${problem} for the use "${use}".`);
    }
    return found;
  };
  return { semantic: only('similar'), copy: only('copy'), ...(local && { local }) };
}
