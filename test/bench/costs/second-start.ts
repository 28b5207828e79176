import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { CHECKOUT, DEEPLENS_HOME } from '../../../infra/local/home.ts';
import { readLocalFile } from '../../../infra/local/local-file.ts';
import { boundRow, type CostRow, rounded } from './row.ts';

/** Measures `npm start` until it is up, twice: the second one finds everything there. Skipped while this checkout's system is up. */
export async function secondStartRows(): Promise<CostRow[]> {
  if (await readLocalFile(DEEPLENS_HOME)) {
    console.log('  The second npm start is not measured: DeepLens is up already.');
    return [];
  }
  const first = await secondsToStart();
  return [
    boundRow('second npm start', await secondsToStart(), {
      ...{ goal: { most: 6 }, unit: 's', reference: `the one before it: ${rounded(first)} s` },
    }),
  ];
}

async function secondsToStart(): Promise<number> {
  const startedAt = performance.now();
  const child = spawn('npm', ['start'], { cwd: CHECKOUT, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let seconds: number | undefined;
  for await (const line of createInterface(child.stdout)) {
    if (!line.startsWith('DeepLens is up.')) continue;
    seconds = (performance.now() - startedAt) / 1000;
    child.kill('SIGINT');
  }
  await exited;
  if (seconds === undefined) throw new Error('npm start ended before it was up.');
  return seconds;
}
