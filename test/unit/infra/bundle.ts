import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const IMPORT = /^import\s*\{([^}]*)\}\s*from\s*"([^"]+)";/gm;

/** What a bundled program imports of each package, after unused code is removed. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** Returns the packages, and what of them, that remain in the bundle of a program. @param entry from the repository's root */
export function importsOf(entry: string): Imports {
  const known = bundledOnce.get(entry) ?? bundle(entry);
  bundledOnce.set(entry, known);
  return known;
}
const bundledOnce = new Map<string, Imports>();

function bundle(entry: string): Imports {
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    write: false,
    outfile: 'bundle.mjs',
    metafile: true,
  });
  const names = new Map<string, string[]>();
  for (const { imports } of Object.values(metafile.outputs))
    for (const { path, external } of imports) if (external) names.set(path, []);
  for (const { text } of outputFiles)
    for (const [, list = '', path = ''] of text.matchAll(IMPORT))
      names.set(path, [...(names.get(path) ?? []), ...importedNames(list)]);
  return names;
}

/** Returns the names of `A, B as C` in the package that exports them. */
const importedNames = (list: string): string[] =>
  list
    .split(',')
    .map((each) => each.trim().split(' as ')[0] ?? '')
    .filter((name) => name !== '');
