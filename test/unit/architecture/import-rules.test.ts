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

const FOLDERS = rules.filter((name) => name.startsWith('layers-')).map((name) => name.replace('layers-', ''));

/** One violation of each rule: the file and its import. */
const PLANTED: Record<string, [file: string, imported: string]> = {
  'kernel-stands-alone': ['shared/kernel/planted.ts', '@aws-sdk/client-s3'],
  'contracts-know-the-kernel': ['shared/contracts/planted.ts', '@aws-sdk/client-s3'],
  'modules-meet-at-their-surface': ['shared/search/planted-step.ts', '#shared/images/private-step.ts'],
  'adapters-are-wired-above': ['shared/blobs/planted-step.ts', './s3-allowed.ts'],
  'runtime-knows-lambda': ['shared/runtime/planted.ts', '#shared/blobs/blobs.ts'],
  'guards-are-for-functions': ['infra/local/planted-guards.ts', '#shared/guards/allowed.ts'],
  'functions-apart': ['functions/search/planted/handler.ts', '../other/handler.ts'],
  'programs-import-shared': ['functions/images/planted/handler.ts', '../../../gpu-worker/allowed.ts'],
  'worker-imports-shared': ['gpu-worker/planted.ts', '../functions/search/other/handler.ts'],
  'infra-knows-plans': ['infra/stacks/planted.ts', '#shared/blobs/s3-allowed.ts'],
  'infra-takes-types-of-env': ['infra/stacks/planted-env.ts', '../../functions/search/other/env.ts'],
  'local-is-a-client': ['infra/local/planted.ts', '#shared/images/image-store.ts'],
  'sdk-stands-alone': ['sdk/src/planted.ts', 'zod'],
  'cli-knows-the-sdk': ['cli/src/planted.ts', '../../shared/kernel/allowed.ts'],
  'console-knows-the-sdk': ['console/src/planted.ts', '../../shared/kernel/allowed.ts'],
  'sdk-for-node': ['sdk/src/node-planted.ts', 'zod'],
  'nothing-imports-tests': ['shared/imaging/planted-test.ts', '../../test/fixtures/allowed.ts'],
  'no-development-packages': ['shared/embedding/planted-development.ts', 'listed-for-development'],
  'no-cycles': ['shared/kernel/cycle-a.ts', './cycle-b.ts'],
  'all-resolves': ['shared/identity/planted-nowhere.ts', './nowhere.ts'],
  ...Object.fromEntries(
    FOLDERS.map((folder) => [
      `layers-${folder}`,
      [`shared/${folder}/planted-upwards.ts`, '../../functions/search/other/handler.ts'] satisfies [
        string,
        string,
      ],
    ]),
  ),
  ...Object.fromEntries(
    TECHNOLOGIES.map((name) => [
      `technology-at-home-${name}`,
      [`functions/service/planted/${name.replace(/\W/g, '-')}.ts`, name] satisfies [string, string],
    ]),
  ),
};

/** Violations of the layers between two folders of `shared`: upwards, and sideways. */
const BETWEEN_FOLDERS: [file: string, imported: string, rule: string][] = [
  ['shared/images/planted-duplicates.ts', '#shared/duplicates/group-store.ts', 'layers-images'],
  ['shared/search/planted-duplicates.ts', '#shared/duplicates/group-store.ts', 'layers-search'],
];

/** Imports that the rules allow. */
const ALLOWED: Record<string, string> = {
  'shared/kernel/allowed.ts': 'ulid',
  'shared/kernel/cycle-b.ts': './cycle-a.ts',
  'shared/contracts/allowed.ts': '#shared/kernel/allowed.ts',
  'shared/images/image-store.ts': '#shared/kernel/allowed.ts',
  'shared/images/private-step.ts': './image-store.ts',
  'shared/duplicates/group-store.ts': '#shared/images/image-store.ts',
  'shared/guards/allowed.ts': '#shared/blobs/s3-allowed.ts',
  'shared/blobs/blobs.ts': '#shared/kernel/allowed.ts',
  'shared/blobs/s3-allowed.ts': '@aws-sdk/client-s3',
  'shared/search/allowed.ts': '#shared/images/image-store.ts',
  'functions/search/other/handler.ts': '#shared/blobs/s3-allowed.ts',
  'functions/search/other/env.ts': 'zod',
  'gpu-worker/allowed.ts': '#shared/search/allowed.ts',
  'test/fixtures/allowed.ts': '../../gpu-worker/allowed.ts',
};

describe('the import rules', () => {
  let folder: string;
  let found: Map<string, string[]>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deeplens-imports-'));
    await writeTree(folder);
    const { output } = await cruise(
      ['shared', 'functions', 'gpu-worker', 'infra', 'sdk', 'cli', 'console', 'test'],
      {
        ...config.options,
        baseDir: folder,
        validate: true,
        ruleSet: { forbidden: config.forbidden ?? [] },
      },
    );
    if (typeof output === 'string') throw new Error(output);
    // A cycle is reported once, from the first of its files that was visited.
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

  it.each(BETWEEN_FOLDERS)('%s may not import %s', (file, _, rule) => {
    expect(found.get(file)).toContain(rule);
  });

  it('report nothing else', () => {
    const planted = [...Object.values(PLANTED), ...BETWEEN_FOLDERS].map(([file]) => file);
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
  for (const [file, imported] of [...Object.entries(ALLOWED), ...Object.values(PLANTED), ...BETWEEN_FOLDERS])
    await write(file, `import * as imported from '${imported}';\nexport const used = imported;\n`);
}
