import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddingEnv, loadManifest } from '#shared/embedding/load-manifest.ts';
import { onnxEmbedder } from '#shared/embedding/onnx.ts';
import { outputRoles } from '#shared/embedding/output-roles.ts';

const MODELS = join(import.meta.dirname, '../../../models');
const NAME = 'deeplens-lite-v1';
type Json = Record<string, unknown>;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'models-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A folder with the model and its manifest, changed. */
async function writeManifest(change: (manifest: Json) => Json, name = NAME): Promise<void> {
  const manifest: Json = JSON.parse(await readFile(join(MODELS, `${NAME}.json`), 'utf8'));
  await writeFile(join(folder, `${name}.json`), JSON.stringify(change(manifest)));
  await copyFile(join(MODELS, `${NAME}.onnx`), join(folder, `${NAME}.onnx`));
}
const load = () => onnxEmbedder({ modelsDir: folder, name: NAME, provider: 'cpu', threads: 1 });
const problem = (text: RegExp) =>
  expect.objectContaining({ code: 'internal_error', message: expect.stringMatching(text) });

describe('a model manifest', () => {
  it('of the default model names its parts', async () => {
    const roles = outputRoles(await loadManifest(MODELS, NAME));
    expect(roles.semantic.name).toBe('semantic');
    expect(roles.copy.name).toBe('copy');
    expect(roles.local?.grid).toEqual([14, 14]);
  });

  it('is looked for by name', async () => {
    await expect(loadManifest(folder, 'unknown')).rejects.toEqual(problem(/unknown\.json cannot be read/));
  });

  it('has to be JSON, and a manifest, of that model', async () => {
    await writeFile(join(folder, 'text.json'), 'hello');
    await expect(loadManifest(folder, 'text')).rejects.toEqual(problem(/not JSON/));
    await writeManifest(({ sha256: _, ...rest }) => rest);
    await expect(loadManifest(folder, NAME)).rejects.toEqual(problem(/sha256/));
    await writeManifest((manifest) => manifest, 'other');
    await expect(loadManifest(folder, 'other')).rejects.toEqual(problem(/not of other/));
  });

  it('may have one output for both uses, but not two for one', async () => {
    const manifest = await loadManifest(MODELS, NAME);
    const [vector, copy, local] = manifest.outputs;
    if (!vector || vector.use === 'verification' || !copy || !local) throw new Error('outputs missing');
    const both = outputRoles({ ...manifest, outputs: [{ ...vector, use: 'both' }] });
    expect(both.semantic).toBe(both.copy);
    expect(both.local).toBeUndefined();
    const doubled = { ...manifest, outputs: [{ ...vector, use: 'both' as const }, copy] };
    expect(() => outputRoles(doubled)).toThrow(problem(/more than one output for the use "copy"/));
    expect(() => outputRoles({ ...manifest, outputs: [local] })).toThrow(problem(/no output .* "similar"/));
  });
});

describe('loading a model', () => {
  it('refuses a file with another digest', async () => {
    await writeManifest((manifest) => ({ ...manifest, sha256: '0'.repeat(64) }));
    await expect(load()).rejects.toEqual(problem(/SHA-256 is fffba75f/));
  });

  it('refuses a manifest that names an input or output which the file lacks', async () => {
    await writeManifest((manifest) => ({
      ...manifest,
      input: { ...(manifest.input as Json), name: 'pixels' },
    }));
    await expect(load()).rejects.toEqual(problem(/one input "pixels" \(it has image\)/));
    await writeManifest((manifest) => ({
      ...manifest,
      outputs: (manifest.outputs as Json[]).map((output) =>
        output.name === 'copy' ? { ...output, name: 'fingerprint' } : output,
      ),
    }));
    await expect(load()).rejects.toEqual(problem(/lacks fingerprint/));
  });

  it('refuses inputs and outputs of another size than the manifest says', async () => {
    await writeManifest((manifest) => ({
      ...manifest,
      outputs: (manifest.outputs as Json[]).map((output) =>
        output.name === 'copy' ? { ...output, dimension: 128 } : output,
      ),
    }));
    const embedder = await load();
    await expect(embedder.embed([new Uint8Array(3)])).rejects.toEqual(problem(/3 values, not 150528/));
    await expect(embedder.embed([new Uint8Array(150_528)])).rejects.toEqual(problem(/"copy".*1 × 128/));
  });

  it('does not fall back to the CPU where CUDA is asked for', async () => {
    await writeManifest((manifest) => manifest);
    const onCuda = onnxEmbedder({ modelsDir: folder, name: NAME, provider: 'cuda' });
    // On a machine with CUDA it loads, and says so; on any other it must be refused.
    const outcome = await onCuda.then(
      ({ provider }) => provider,
      (error: unknown) => error,
    );
    if (outcome !== 'cuda') expect(outcome).toEqual(problem(/cannot run on cuda/));
  });
});

describe('the models of an environment', () => {
  it('are a list, of which the first is the default', () => {
    expect(EmbeddingEnv.parse({ DEEPLENS_MODELS: 'a, b-2', MODELS_DIR: 'models' }).DEEPLENS_MODELS).toEqual([
      'a',
      'b-2',
    ]);
  });

  it.each(['', ' , ', '../etc', 'Upper'])('are not %j', (names) => {
    expect(EmbeddingEnv.safeParse({ DEEPLENS_MODELS: names, MODELS_DIR: 'models' }).success).toBe(false);
  });
});
