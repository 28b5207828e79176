import { globSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';
import { builtOnce } from './build-once.ts';
import { pathOf } from './built-asset.ts';

/** Defines `require`, which ES modules lack and some bundled packages call. */
const REQUIRE = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

/** Minified ES modules that include the AWS SDK, so that the tested version is deployed. */
const OPTIONS = {
  absWorkingDir: pathOf('.'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  minify: true,
  banner: { js: REQUIRE },
  outExtension: { '.js': '.mjs' },
} satisfies BuildOptions;

/** Native modules are installed beside a bundle; LanceDB is loaded by path, in env `local` only. */
const EXTERNAL = ['sharp', 'onnxruntime-node', '@lancedb/lancedb'];

/**
 * Bundles all functions at once, since they share most of what has to be parsed. Returns a folder with `index.mjs` and its
 * source map in a function's path.
 */
export const bundledHandlers = (): string =>
  builtOnce('handlers', (outdir) => {
    const entryPoints = globSync('functions/*/*/handler.ts', { cwd: pathOf('.') }).map((handler) => ({
      in: handler,
      out: join(relative('functions', dirname(handler)), 'index'),
    }));
    buildSync({
      ...OPTIONS,
      entryPoints,
      outdir,
      sourcemap: true,
      sourcesContent: false,
      mainFields: ['module', 'main'],
      external: [...EXTERNAL, 'libheif-js'], // the process that reads images has it
    });
  });

/**
 * Bundles the program that reads strangers' images in a process of its own: `readerProcess` starts it. libheif is in a
 * second file, which is read when the first HEIC comes.
 */
export const bundledReader = (): string =>
  builtOnce('reader', (outdir) => {
    buildSync({
      ...OPTIONS,
      entryPoints: [{ in: 'shared/imaging/process-program.ts', out: 'imaging-process' }],
      outdir,
      splitting: true,
      external: EXTERNAL,
    });
  });
