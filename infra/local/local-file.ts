import { readFile, rename, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { isAlive } from './child.ts';
import type { Home } from './home.ts';
import { answers } from './steps.ts';

/** `local.json`: addresses and credentials of the running system, for tools. */
export const LocalFile = z.object({
  /** With the version: `{api_url}/images`. */
  api_url: z.url(),
  console_url: z.url(),
  emulator_url: z.url(),
  /** Renewed while the system is up; valid for an hour. */
  admin_token: z.string(),
  /** Prints a new token. */
  admin_token_command: z.string(),
  demo: z.object({ tenant_id: z.string(), api_key: z.string() }).optional(),
  /** `system` is the parent of the others. */
  pids: z.record(z.string(), z.number().int()),
});
export type LocalFile = z.infer<typeof LocalFile>;

/** Writes the file readable by its owner only: it contains keys. */
export async function writeLocalFile(home: Home, content: LocalFile): Promise<void> {
  await writeFile(`${home.localFile}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  await rename(`${home.localFile}.new`, home.localFile);
}

/** @returns undefined if no system is running */
export async function readLocalFile(home: Home): Promise<LocalFile | undefined> {
  const text = await readFile(home.localFile, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const local = LocalFile.parse(JSON.parse(text));
  const { system } = local.pids;
  return system !== undefined && isAlive(system) && (await answers(`${local.console_url}`))
    ? local
    : undefined;
}
