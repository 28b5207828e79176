// Bundles the command line into one file, `dist/deeplens.mjs`, which needs nothing but Node.
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const outfile = join(here, 'dist/deeplens.mjs');

await build({
  entryPoints: [join(here, 'src/main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  minify: true,
  keepNames: true,
  legalComments: 'eof',
  logLevel: 'warning',
  // Commander and cli-progress are CommonJS, and require parts of Node.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
});
await chmod(outfile, 0o755);
