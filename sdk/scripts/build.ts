// Writes the package that is published to sdk/dist: JavaScript and declarations instead of the sources that this repository uses.
import { execFileSync } from 'node:child_process';
import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const SDK = join(import.meta.dirname, '..');
const DIST = join(SDK, 'dist');

const Package = z.looseObject({ exports: z.record(z.string(), z.string()) });

await rm(DIST, { recursive: true, force: true });
execFileSync(
  process.execPath,
  [join(SDK, '../node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
  {
    cwd: SDK,
    stdio: 'inherit',
  },
);
// The compiler rewrites the imports of JavaScript alone.
for (const path of await readdir(DIST, { recursive: true }))
  if (path.endsWith('.d.ts')) {
    const text = await readFile(join(DIST, path), 'utf8');
    await writeFile(
      join(DIST, path),
      text.replaceAll(/(from|import\()( ?)(['"])([.][^'"]+)[.]ts\3/g, '$1$2$3$4.js$3'),
    );
  }
const {
  private: _,
  scripts: __,
  exports,
  ...published
} = Package.parse(JSON.parse(await readFile(join(SDK, 'package.json'), 'utf8')));
const built = Object.entries(exports).map(([entry, source]) => {
  const path = source.replace('./src/', './').replace(/[.]ts$/, '');
  return [entry, { types: `${path}.d.ts`, default: `${path}.js` }];
});
const manifest = { ...published, exports: Object.fromEntries(built) };
await writeFile(join(DIST, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
await copyFile(join(SDK, 'README.md'), join(DIST, 'README.md'));
await copyFile(join(SDK, '../LICENSE'), join(DIST, 'LICENSE'));
