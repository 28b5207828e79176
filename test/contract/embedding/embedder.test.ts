import { join } from 'node:path';
import { describe } from 'vitest';
import { loadManifest } from '#shared/embedding/load-manifest.ts';
import { onnxEmbedder } from '#shared/embedding/onnx-embedder.ts';
import { memoryEmbedder } from '../../memory/embedder.ts';
import { embedderSuite } from './embedder-suite.ts';

const modelsDir = join(import.meta.dirname, '../../../models');

/** One is fed bytes and has an output for each use; the other normalised planes, and has one output for both. */
describe.each(['deeplens-lite-v1', 'efficientnet-lite1'])('%s', (name) => {
  embedderSuite('memory', async () => memoryEmbedder(await loadManifest(modelsDir, name)));
  embedderSuite('onnx on the CPU', () => onnxEmbedder({ modelsDir, name, provider: 'cpu', threads: 1 }));
});
