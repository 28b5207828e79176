import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { quantile } from '../../eval/measure.ts';
import { MODEL } from './bare.ts';
import { processOf } from './processes.ts';
import { type CostRow, ratioRow } from './row.ts';
import type { Stack } from './stack.ts';

const STARTS = 7;

/** Measures how long the bundle of the search takes to load, in a new process each time, beside sharp and the model alone. */
export async function coldStartRows({ home }: Stack): Promise<CostRow[]> {
  const running = await processOf(home.state, 'search-images');
  if (!running) return [];
  const { folder, env } = running;
  const file = (path: string) => JSON.stringify(join(folder, path));
  const time = async (work: string): Promise<number> => {
    const program = `const from = performance.now(); ${work}; console.log('took', performance.now() - from); process.exit()`;
    const options = { cwd: folder, env, maxBuffer: 1e7 };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', program],
      options,
    );
    return Number(/^took ([\d.]+)$/m.exec(stdout)?.[1]);
  };
  const bundle = `await import(${file('index.mjs')})`;
  const bare = `
    const { createRequire } = await import('node:module');
    const require = createRequire(${file('index.mjs')});
    require('sharp');
    await require('onnxruntime-node').InferenceSession.create(${file(`models/${MODEL}.onnx`)})`;
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let start = 0; start < STARTS; start++) {
    times.ours.push(await time(bundle));
    times.bare.push(await time(bare));
  }
  return [
    ratioRow(
      'cold start of the search function, p50',
      [quantile(times.ours, 0.5), quantile(times.bare, 0.5)],
      { most: 1.3, of: 'loading sharp and the model, bare' },
    ),
  ];
}
