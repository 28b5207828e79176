import { join } from 'node:path';
import { build } from 'esbuild';

const DIST = join(import.meta.dirname, '../../../sdk/dist');

/** Returns the suite with the package as it is published, as one script without imports. */
export async function bundledSuite(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'main.ts')],
    alias: { '@deeplens/sdk/webhooks': `${DIST}/webhooks.js`, '@deeplens/sdk': `${DIST}/index.js` },
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    write: false,
  });
  const [script] = outputFiles;
  if (!script) throw new Error('esbuild wrote nothing');
  return script.text;
}
