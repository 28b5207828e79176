import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';

const CHECKOUT = join(import.meta.dirname, '../../..');
const AZURE = /node_modules\/@azure\//;
const GOOGLE = /node_modules\/google-auth-library\//;
const IDENTITY = /node_modules\/@azure\/(identity|msal)/;

/** The modules that an import loads: its own chunk, and those that the chunk imports at once. */
function loadedBy(file: string, { outputs }: Metafile): string[] {
  const [entry] = Object.entries(outputs).filter(([, { entryPoint }]) => entryPoint?.endsWith(file));
  const chunks = new Set<string>();
  const add = (name: string) => {
    if (chunks.has(name)) return;
    chunks.add(name);
    for (const { path, kind } of outputs[name]?.imports ?? []) if (kind === 'import-statement') add(path);
  };
  if (!entry) throw new Error(`${file} is no chunk`);
  add(entry[0]);
  return [...chunks].flatMap((name) => Object.keys(outputs[name]?.inputs ?? {}));
}

describe('a start that opens', () => {
  let metafile: Metafile;
  beforeAll(async () => {
    ({ metafile } = await build({
      absWorkingDir: CHECKOUT,
      entryPoints: ['shared/connectors/open-connectors.ts'],
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      outdir: 'never-written',
      write: false,
      metafile: true,
      logLevel: 'silent',
    }));
  });
  const matching = (file: string, pattern: RegExp) =>
    loadedBy(file, metafile).filter((path) => pattern.test(path)).length;

  it('nothing loads no SDK', () => {
    expect(matching('open-connectors.ts', /node_modules\/(@azure|@aws-sdk|google)/)).toBe(0);
  });

  it('S3 alone loads nothing of Azure and Google', () => {
    expect(matching('s3-open.ts', /node_modules\/@aws-sdk\/client-s3/)).toBeGreaterThan(0);
    expect(matching('s3-open.ts', AZURE) + matching('s3-open.ts', GOOGLE)).toBe(0);
  });

  it('a container by a SAS loads no code for applications’ secrets', () => {
    expect(matching('azure-connector.ts', AZURE)).toBeGreaterThan(0);
    expect(matching('azure-connector.ts', IDENTITY)).toBe(0);
  });
});
