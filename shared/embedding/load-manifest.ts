import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { Problem } from '#shared/kernel/problems.ts';
import { checkEmbeddingsFit } from './embedding-size.ts';
import { ModelManifest } from './manifest.ts';
import { outputRoles } from './output-roles.ts';

/** The models of an environment, and their folder. */
export const EmbeddingEnv = z.object({
  /** Names, separated by commas; new tenants get the first. */
  DEEPLENS_MODELS: z
    .string()
    .transform((list) =>
      list
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean),
    )
    .pipe(z.tuple([ModelManifest.shape.name], ModelManifest.shape.name)),
  /** The folder with a manifest and an ONNX file for each of them. */
  MODELS_DIR: z.string().min(1),
});

/**
 * Reads `<modelsDir>/<name>.json`.
 * @throws Problem `internal_error` if it is missing, invalid, or of another model
 */
export async function loadManifest(modelsDir: string, name: string): Promise<ModelManifest> {
  const path = join(modelsDir, `${name}.json`);
  const parsed = ModelManifest.safeParse(parseJson(path, await readText(path)));
  if (!parsed.success) {
    const reason = z.prettifyError(parsed.error);
    throw new Problem('internal_error', `${path} is not a model manifest:\n${reason}`);
  }
  if (parsed.data.name !== name) {
    throw new Problem('internal_error', `${path} is the manifest of ${parsed.data.name}, not of ${name}.`);
  }
  outputRoles(parsed.data); // refuses a model without both vectors before it is loaded
  return parsed.data;
}

/**
 * Loads several manifests, in order.
 * @throws Problem `internal_error` also if one event cannot have the embeddings of all
 */
export async function loadManifests(
  modelsDir: string,
  [first, ...others]: readonly [string, ...string[]],
): Promise<[ModelManifest, ...ModelManifest[]]> {
  const rest = others.map((name) => loadManifest(modelsDir, name));
  const manifests: [ModelManifest, ...ModelManifest[]] = [
    await loadManifest(modelsDir, first),
    ...(await Promise.all(rest)),
  ];
  checkEmbeddingsFit(manifests);
  return manifests;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Problem('internal_error', `The model manifest ${path} cannot be read.`, { cause });
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem('internal_error', `${path} is not JSON.`, { cause });
  }
}
