import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { Problem } from '#shared/kernel/problems.ts';
import type { Embedder, Embedding, ModelInput } from './embedder.ts';
import { loadManifest } from './load-manifest.ts';
import type { ModelInputRule, ModelManifest } from './manifest.ts';
import { mismatches } from './onnx-signature.ts';
import { type OutputRoles, outputRoles } from './output-roles.ts';
import { normaliseRows, quantise } from './unit-vectors.ts';

export interface OnnxOptions {
  /** The folder with the manifest and the ONNX file. */
  modelsDir: string;
  /** The model's name: its manifest is `<name>.json`. */
  name: string;
  /** Runs the whole graph, or loading fails: there is no fallback. */
  provider: 'cpu' | 'cuda';
  /** Threads of one forward pass on the CPU; one per core by default. */
  threads?: number;
}

/**
 * Loads a model. Checks the file's digest, that its input and outputs match the manifest, and that the provider runs it.
 *
 * ONNX Runtime's `run` blocks Node's event loop for the whole forward pass.
 * @throws Problem `internal_error` with the mismatch
 */
export async function onnxEmbedder({ modelsDir, name, provider, threads }: OnnxOptions): Promise<Embedder> {
  const manifest = await loadManifest(modelsDir, name);
  const roles = outputRoles(manifest);
  const model = await readModel(join(modelsDir, manifest.file), manifest);
  const session = await createSession(model, manifest, provider, threads);
  checkSignature(session, manifest);
  const fetches = [
    ...new Set([roles.semantic.name, roles.copy.name, ...(roles.local ? [roles.local.name] : [])]),
  ];
  return {
    manifest,
    provider,
    async embed(inputs) {
      if (inputs.length === 0) return [];
      const batch = stack(inputs, manifest.input);
      // Inputs are of one size and range, whatever they show: what fails here is the device or its memory.
      const results = await session.run({ [manifest.input.name]: batch }, fetches).catch((cause: unknown) => {
        throw new Problem('dependency_unavailable', `${manifest.name} cannot be run.`, { cause });
      });
      return split(results, roles, inputs.length);
    },
  };
}

async function readModel(path: string, manifest: ModelManifest): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new Problem('internal_error', `The model file ${path} cannot be read.`, { cause });
  });
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (digest !== manifest.sha256) {
    throw new Problem(
      'internal_error',
      `${path} is not the file of ${manifest.name} ${manifest.version}: its SHA-256 is ${digest}, not ${manifest.sha256}.`,
    );
  }
  return bytes;
}

/**
 * By default a session runs unsupported nodes on the CPU, with no more than a log line. `session.disable_cpu_ep_fallback`
 * prevents this: creation fails if CUDA's libraries or a device are missing, or a node would run on the CPU.
 */
async function createSession(
  model: Uint8Array,
  manifest: ModelManifest,
  provider: OnnxOptions['provider'],
  threads: number | undefined,
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(model, {
      executionProviders: [provider],
      ...(threads !== undefined && { intraOpNumThreads: threads }),
      ...(provider !== 'cpu' && { extra: { session: { disable_cpu_ep_fallback: '1' } } }),
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Problem('internal_error', `The model ${manifest.name} cannot run on ${provider}: ${reason}`, {
      cause,
    });
  }
}

function checkSignature(session: InferenceSession, manifest: ModelManifest): void {
  const problems = mismatches(session, manifest);
  if (problems.length > 0) {
    throw new Problem(
      'internal_error',
      `The file of ${manifest.name} does not fit its manifest: ${problems.join('; ')}.`,
    );
  }
}

function stack(inputs: readonly ModelInput[], rule: ModelInputRule): Tensor {
  const size = rule.width * rule.height * 3;
  const shape = rule.layout === 'NHWC' ? [rule.height, rule.width, 3] : [3, rule.height, rule.width];
  const data =
    rule.dtype === 'uint8' ? new Uint8Array(inputs.length * size) : new Float32Array(inputs.length * size);
  for (const [position, input] of inputs.entries()) {
    if (input.length !== size) {
      throw new Problem('internal_error', `A model input has ${input.length} values, not ${size}.`);
    }
    data.set(input, position * size);
  }
  return data instanceof Uint8Array
    ? new Tensor('uint8', data, [inputs.length, ...shape])
    : new Tensor('float32', data, [inputs.length, ...shape]);
}

function split(results: InferenceSession.ReturnType, roles: OutputRoles, count: number): Embedding[] {
  const { semantic, copy, local } = roles;
  const semantics = rows(results, semantic, semantic.dimension, count);
  const copies = copy === semantic ? semantics : rows(results, copy, copy.dimension, count);
  const locals = local && rows(results, local, local.grid[0] * local.grid[1] * local.dimension, count);
  return Array.from({ length: count }, (_, position) => ({
    semantic: semantics(position),
    copy: copies(position),
    ...(locals && { local: quantise(locals(position)) }),
  }));
}

/** Returns a function that copies one image's row of an output, normalised. */
function rows(
  results: InferenceSession.ReturnType,
  output: { name: string; dimension: number; normalised: boolean },
  length: number,
  count: number,
): (position: number) => Float32Array {
  const data = results[output.name]?.data;
  if (!(data instanceof Float32Array) || data.length !== count * length) {
    const got = data === undefined ? 'nothing' : `${data.constructor.name} of ${data.length}`;
    throw new Problem(
      'internal_error',
      `The output "${output.name}" is ${got}, not ${count} × ${length} floats.`,
    );
  }
  return (position) => {
    const row = data.slice(position * length, (position + 1) * length);
    return output.normalised ? row : normaliseRows(row, output.dimension);
  };
}
