// Bundles the command line into one file, `dist/deeplens.cjs`, which needs nothing but Node.
import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const outfile = join(here, 'dist/deeplens.cjs');

await build({
  entryPoints: [join(here, 'src/main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  minify: true,
  keepNames: true,
  legalComments: 'eof',
  logLevel: 'warning',
});
await chmod(outfile, 0o755);
await copyFile(join(here, '../LICENSE'), join(here, 'dist/LICENSE'));
