import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type IConfiguration } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const config: IConfiguration = createRequire(import.meta.url)('../../../.dependency-cruiser.cjs');
const rules = (config.forbidden ?? []).map(({ name }) => name ?? '');

const TECHNOLOGIES = rules
  .filter((name) => name.startsWith('technology-at-home-'))
  .map((name) => name.replace('technology-at-home-', ''));
const PACKAGES = ['ulid', 'zod', 'listed-for-development', ...TECHNOLOGIES];

/** What each rule is for, broken once: the file and what it imports. */
const PLANTED: Record<string, [file: string, imported: string]> = {
  'domain-stands-alone': ['shared/domain/planted.ts', 'zod'],
  'events-know-the-domain': ['shared/events/planted.ts', '#shared/catalog/images.ts'],
  'api-knows-the-domain': ['shared/api/planted.ts', '#shared/events/allowed.ts'],
  'ports-know-the-domain': ['shared/blobs/blobs.ts', '#shared/blobs/adapter.ts'],
  'adapters-know-their-port': ['shared/catalog/planted.ts', '#shared/blobs/adapter.ts'],
  'flows-know-ports': ['shared/flows/search/planted.ts', '#shared/blobs/adapter.ts'],
  'runtime-knows-lambda': ['shared/runtime/planted.ts', '#shared/blobs/adapter.ts'],
  'front-door-is-for-functions': ['infra/local/planted-door.ts', '#shared/front-door/allowed.ts'],
  'functions-apart': ['functions/search/planted/handler.ts', '../other/handler.ts'],
  'programs-import-shared': ['functions/ingest/planted/handler.ts', '../../../gpu-worker/allowed.ts'],
  'worker-imports-shared': ['gpu-worker/planted.ts', '../functions/search/other/handler.ts'],
  'infra-knows-plans': ['infra/stacks/planted.ts', '#shared/blobs/adapter.ts'],
  'infra-takes-types-of-env': ['infra/stacks/planted-env.ts', '../../functions/search/other/env.ts'],
  'local-is-a-client': ['infra/local/planted.ts', '#shared/catalog/images.ts'],
  'nothing-imports-tests': ['shared/imaging/planted.ts', '../../test/fixtures/allowed.ts'],
  'no-development-packages': ['shared/embedding/planted-development.ts', 'listed-for-development'],
  'no-cycles': ['shared/domain/cycle-a.ts', './cycle-b.ts'],
  'all-resolves': ['shared/auth/planted.ts', './nowhere.ts'],
  ...Object.fromEntries(
    TECHNOLOGIES.map((name) => [
      `technology-at-home-${name}`,
      [`functions/service/planted/${name.replace(/\W/g, '-')}.ts`, name] satisfies [string, string],
    ]),
  ),
};

/** Imports that the table allows. */
const ALLOWED: Record<string, string> = {
  'shared/domain/allowed.ts': 'ulid',
  'shared/domain/cycle-b.ts': './cycle-a.ts',
  'shared/events/allowed.ts': '#shared/domain/allowed.ts',
  'shared/catalog/images.ts': '#shared/domain/allowed.ts',
  'shared/front-door/allowed.ts': '#shared/blobs/adapter.ts',
  'shared/blobs/adapter.ts': '@aws-sdk/client-s3',
  'shared/flows/search/allowed.ts': '#shared/catalog/images.ts',
  'functions/search/other/handler.ts': '#shared/blobs/adapter.ts',
  'functions/search/other/env.ts': 'zod',
  'gpu-worker/allowed.ts': '#shared/flows/search/allowed.ts',
  'test/fixtures/allowed.ts': '../../gpu-worker/allowed.ts',
};

describe('the import rules', () => {
  let folder: string;
  let found: Map<string, string[]>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deeplens-imports-'));
    await writeTree(folder);
    const { output } = await cruise(['shared', 'functions', 'gpu-worker', 'infra', 'test'], {
      ...config.options,
      baseDir: folder,
      validate: true,
      ruleSet: { forbidden: config.forbidden ?? [] },
    });
    if (typeof output === 'string') throw new Error(output);
    // A cycle is told once, from whichever of its files was met first.
    const byFile = Map.groupBy(output.summary.violations, ({ from, cycle }) =>
      cycle ? (cycle.map(({ name }) => name).sort()[0] ?? from) : from,
    );
    found = new Map([...byFile].map(([file, violations]) => [file, violations.map(({ rule }) => rule.name)]));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are each broken once by what follows', () => {
    expect(Object.keys(PLANTED).sort()).toEqual([...rules].sort());
  });

  it.each(Object.entries(PLANTED))('%s is reported', (rule, [file]) => {
    expect(found.get(file)).toContain(rule);
  });

  it('report nothing else', () => {
    const planted = Object.values(PLANTED).map(([file]) => file);
    const others = [...found.keys()].filter((file) => !planted.includes(file));
    expect(others).toEqual([]);
  });
});

async function writeTree(folder: string): Promise<void> {
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  const isForDevelopment = (name: string) => name === 'listed-for-development';
  const listed = (names: string[]) => Object.fromEntries(names.map((name) => [name, '1.0.0']));
  await write(
    'package.json',
    JSON.stringify({
      type: 'module',
      imports: { '#shared/*': './shared/*' },
      dependencies: listed(PACKAGES.filter((name) => !isForDevelopment(name))),
      devDependencies: listed(PACKAGES.filter(isForDevelopment)),
    }),
  );
  for (const name of PACKAGES) {
    await write(
      `node_modules/${name}/package.json`,
      JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
    );
    await write(`node_modules/${name}/index.js`, 'module.exports = 1;\n');
  }
  for (const [file, imported] of [...Object.entries(ALLOWED), ...Object.values(PLANTED)])
    await write(file, `import * as imported from '${imported}';\nexport const used = imported;\n`);
}
