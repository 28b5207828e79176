import { endLeftover, isAlive } from './child.ts';
import type { Home } from './home.ts';
import { readLocalFile } from './local-file.ts';
import { until } from './steps.ts';

const LIMIT_MS = 60_000;

/** Stops the system of a home, and what a killed run has left. @returns true if a system was running */
export async function stopRunning(home: Home): Promise<boolean> {
  const system = (await readLocalFile(home))?.pids.system;
  if (system !== undefined) {
    process.kill(system, 'SIGTERM');
    await until('DeepLens has stopped', LIMIT_MS, async () => !isAlive(system) || undefined);
  }
  for (const name of ['gpu-worker', 'emulator']) await endLeftover(home, name, LIMIT_MS);
  return system !== undefined;
}
