import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Home, homeAt } from '../../../infra/local/home.ts';

/** Creates a home that is deleted after the test. */
export async function temporaryHome(): Promise<Home> {
  const folder = await mkdtemp(join(tmpdir(), 'deeplens-home-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return homeAt(folder);
}
