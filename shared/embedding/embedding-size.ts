import { EVENT_LIMITS } from '#shared/kernel/event-limits.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { ModelManifest } from './manifest.ts';
import { outputRoles } from './output-roles.ts';

/** Returns the bytes of a model's embedding in JSON, as `encodeEmbedding` makes it. */
function embeddingBytes(manifest: ModelManifest): number {
  const { semantic, copy, local } = outputRoles(manifest);
  const base64 = (bytes: number) => 4 * Math.ceil(bytes / 3);
  const names = JSON.stringify({ model: manifest.name, semantic: '', copy: '', local: '' }).length + 1;
  const floats = base64(4 * semantic.dimension) + base64(4 * copy.dimension);
  return names + floats + (local ? base64(local.grid[0] * local.grid[1] * local.dimension) : 0);
}

/**
 * Checks that an image can be embedded by all models at once: its embeddings travel in one event.
 * @throws Problem `internal_error`
 */
export function checkEmbeddingsFit(manifests: readonly ModelManifest[]): void {
  const bytes = manifests.reduce((sum, manifest) => sum + embeddingBytes(manifest), 0);
  if (bytes <= EVENT_LIMITS.embeddings) return;
  throw new Problem(
    'internal_error',
    `The embeddings of ${manifests.map(({ name }) => name).join(', ')} have ${bytes} bytes for an image; one event can have ${EVENT_LIMITS.embeddings}. Install fewer models, or smaller ones.`,
  );
}
