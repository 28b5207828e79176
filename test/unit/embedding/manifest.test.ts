import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddingEnv, loadManifest } from '#shared/embedding/load-manifest.ts';
import { onnxEmbedder } from '#shared/embedding/onnx-embedder.ts';
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

  const deep = Array.from({ length: 9 }).reduce<unknown>((tree) => [0, 1, tree, 0], 0);
  it.each([
    ['a leaf that is too large', 2000],
    ['a leaf that is no number', '1'],
    ['three parts', [0, 1, 2]],
    ['a feature that is no index', [1.5, 1, 0, 0]],
    ['a threshold that is none', [1, null, 0, 0]],
    ['too many levels', deep],
  ])('has no tree with %s', async (_, tree) => {
    await writeManifest((manifest) => {
      const decision = manifest.decision as { content: { bias: number; trees: unknown[] } }; // of the default model
      return {
        ...manifest,
        decision: { ...decision, content: { ...decision.content, trees: [[0, 1, 0, 0], tree] } },
      };
    });
    await expect(loadManifest(folder, NAME)).rejects.toEqual(problem(/is no tree of numbers and splits/));
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

describe('a wrong manifest', () => {
  const thresholds = { near_exact: 0.95, precision_999: 0.7, precision_99: 0.6, review: 0.5 };
  const semantic = { similar: 0.4, loosely_similar: 0.3 };
  const calibration = { copy: [[0.6, 0.99]], semantic: [[0.3, 0.5]] };
  it.each<[string, RegExp, Json]>([
    ['a file elsewhere', /beside the manifest\s+→ at file/, { file: '../other.onnx' }],
    ['a digest that is none', /sha256sum.*\s+→ at sha256/, { sha256: 'ABC' }],
    [
      'thresholds out of order',
      /review ≤ precision_99 ≤ precision_999 ≤ near_exact\s+→ at thresholds\.copy/,
      { thresholds: { copy: { ...thresholds, review: 0.65 }, semantic } },
    ],
    [
      'likeness out of order',
      /loosely_similar ≤ similar\s+→ at thresholds\.semantic/,
      { thresholds: { copy: thresholds, semantic: { similar: 0.3, loosely_similar: 0.4 } } },
    ],
    [
      'a cosine above 1',
      /→ at thresholds\.copy\.near_exact/,
      { thresholds: { copy: { ...thresholds, near_exact: 95 }, semantic } },
    ],
    [
      'no threshold for its local descriptors',
      /"verification": give both, or neither\s+→ at thresholds\.local/,
      { thresholds: { copy: thresholds, semantic } },
    ],
    [
      'cosines that fall',
      /growing cosine.*\s+→ at calibration\.copy\[1\]/,
      { calibration: { ...calibration, copy: [...calibration.copy, [0.5, 0.999]] } },
    ],
    [
      'shares that fall',
      /shares that never fall\s+→ at calibration\.semantic\[1\]/,
      { calibration: { ...calibration, semantic: [...calibration.semantic, [0.4, 0.4]] } },
    ],
  ])('says what is wrong and where: %s', async (_, text, change) => {
    await writeManifest((manifest) => ({ ...manifest, ...change }));
    await expect(loadManifest(folder, NAME)).rejects.toEqual(problem(text));
  });

  it.each<[string, RegExp, Json]>([
    [
      'numbers for bytes',
      /uint8 input.*normalisation/s,
      { normalisation: { mean: [0, 0, 0], std: [1, 1, 1] } },
    ],
    [
      'a spread of nothing',
      /→ at input\.normalisation/,
      { dtype: 'float32', normalisation: { mean: [0, 0, 0], std: [1, 0, 1] } },
    ],
    ['a colour by name', /#ffffff.*→ at input\.resize\.background/s, { resize: { background: 'white' } }],
  ])('says so of its input: %s', async (_, text, change) => {
    await writeManifest((manifest) => ({ ...manifest, input: { ...(manifest.input as Json), ...change } }));
    await expect(loadManifest(folder, NAME)).rejects.toEqual(problem(text));
  });
});

describe('loading a model', () => {
  it('refuses a file with another digest', async () => {
    await writeManifest((manifest) => ({ ...manifest, sha256: '0'.repeat(64) }));
    await expect(load()).rejects.toEqual(problem(/SHA-256 is fffba75f/));
  });

  it('refuses a manifest that describes another file', async () => {
    await writeManifest((manifest) => ({
      ...manifest,
      input: { ...(manifest.input as Json), name: 'pixels' },
    }));
    await expect(load()).rejects.toEqual(problem(/does not fit its manifest: it takes "image"/));
    await writeManifest((manifest) => ({
      ...manifest,
      outputs: (manifest.outputs as Json[]).map((output) => ({ ...output, dimension: 128 })),
    }));
    await expect(load()).rejects.toEqual(
      problem(
        /"semantic" has 256 values.*"copy" has 256 values.*"local" has 12544 values an image, not 25088/,
      ),
    );
  });

  it('takes inputs of its size alone', async () => {
    await writeManifest((manifest) => manifest);
    const embedder = await load();
    await expect(embedder.embed([new Uint8Array(3)])).rejects.toEqual(problem(/3 values, not 150528/));
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
