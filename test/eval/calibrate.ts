// `npm run calibrate -- --model NAME`: prints the thresholds and calibration for a model's manifest: for copies by
// `--photos DIR`, for likeness by `--labelled DIR`, a folder that has a folder for each kind.
import { parseArgs } from 'node:util';
import { onnxEmbedder } from '#shared/embedding/onnx-embedder.ts';
import { calibrateByEdits } from './calibrate-by-edits.ts';
import { calibrateByLabels } from './calibrate-by-labels.ts';
import { photographs } from './photographs.ts';

const { values: options } = parseArgs({
  options: {
    model: { type: 'string' },
    photos: { type: 'string' },
    labelled: { type: 'string' },
    others: { type: 'string' },
    limit: { type: 'string' },
  },
});
const { model: name, photos, labelled, others } = options;
if (!name || !(photos || labelled)) {
  console.error(
    'usage: npm run calibrate -- --model NAME [--photos DIR [--limit PHOTOGRAPHS]] [--labelled DIR [--others DIR OF IMAGES OF NO KIND]]',
  );
  process.exit(2);
}

const model = await onnxEmbedder({ modelsDir: 'models', name, provider: 'cpu' });
try {
  const byEdits =
    photos && (await calibrateByEdits(model, await photographs(photos, Number(options.limit ?? 1e9))));
  const byLabels =
    labelled && (await calibrateByLabels(model, labelled, others ? await photographs(others, Infinity) : []));
  const parts = [byEdits, byLabels].filter((part) => !!part);
  const meaning = parts.map((part) => part.meaning).join('; ');
  console.log(`\nFor models/${name}.json:`);
  console.log(
    JSON.stringify(
      {
        thresholds: Object.assign({}, model.manifest.thresholds, ...parts.map((part) => part.thresholds)),
        calibration: Object.assign(
          { meaning },
          model.manifest.calibration,
          ...parts.map((part) => part.calibration),
        ),
      },
      undefined,
      2,
    ),
  );
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  console.error(error.message);
  process.exit(2);
}
