import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHECKOUT } from './home.ts';

/** All that the deployed stacks are made of. */
const SOURCES = ['functions', 'shared', 'infra', 'models', 'cdk.json', 'package-lock.json', 'tsconfig.json'];
/** Says how to run things, not what is deployed. */
const APART = /^(infra\/local|models\/build)\//;

/** A digest of the sources of a deployment, and of what else it depends on. */
export async function deploymentFingerprint(also: Record<string, string>): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(also));
  for (const source of SOURCES)
    for (const path of await filesIn(source))
      if (!APART.test(path)) hash.update(`\0${path}\0`).update(await readFile(join(CHECKOUT, path)));
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
