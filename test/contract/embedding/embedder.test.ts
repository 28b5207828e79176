import { join } from 'node:path';
import { loadManifest } from '#shared/embedding/load-manifest.ts';
import { memoryEmbedder } from '#shared/embedding/memory.ts';
import { onnxEmbedder } from '#shared/embedding/onnx.ts';
import { embedderSuite } from './embedder-suite.ts';

const modelsDir = join(import.meta.dirname, '../../../models');
const name = 'deeplens-lite-v1';

embedderSuite('memory', async () => memoryEmbedder(await loadManifest(modelsDir, name)));
embedderSuite('onnx on the CPU', () => onnxEmbedder({ modelsDir, name, provider: 'cpu', threads: 1 }));
