import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHECKOUT } from './home.ts';

/** The sources of the deployed stacks. */
const SOURCES = ['functions', 'shared', 'infra', 'models', 'cdk.json', 'package-lock.json', 'tsconfig.json'];
/** Not deployed. */
const EXCLUDED = /^(infra\/local|models\/build)\//;

/** Returns a digest of a deployment's sources and variables. */
export async function deploymentFingerprint(also: Record<string, string>): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(also));
  for (const source of SOURCES)
    for (const path of await filesIn(source))
      if (!EXCLUDED.test(path)) hash.update(`\0${path}\0`).update(await readFile(join(CHECKOUT, path)));
  return hash.digest('hex');
}

async function filesIn(source: string): Promise<string[]> {
  const entries = await readdir(join(CHECKOUT, source), { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOTDIR') return undefined;
      throw error;
    },
  );
  if (!entries) return [source];
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(CHECKOUT.length + 1)).sort();
}
